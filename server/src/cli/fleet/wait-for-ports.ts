/**
 * Waiting for an earlier fleet of the same folder to end.
 *
 * When a fleet's own process is killed, its programs see their input close and stop by themselves, in order,
 * within seconds. Whoever starts the fleet again at once finds their ports taken until then.
 */
import { createServer } from 'node:net';

const PAUSE_MS = 100;
/** Longer than a program may take to stop. What holds a port then belongs to somebody else. */
const WAIT_MS = 12_000;

/** @returns the first that is still taken after a while; undefined as soon as all are free */
export async function waitForPorts(
  ports: readonly number[],
  say: (port: number) => void,
  waitMs = WAIT_MS,
): Promise<number | undefined> {
  const untilMs = performance.now() + waitMs;
  for (const port of ports) {
    for (let isSaid = false; !(await isFree(port)); isSaid = true) {
      if (performance.now() >= untilMs) return port;
      if (!isSaid) say(port);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
  return undefined;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
