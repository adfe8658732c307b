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

/** Returns when all are free, or after a while in any case: the program that wants a port says best what is wrong. */
export async function waitForPorts(ports: readonly number[], say: (port: number) => void): Promise<void> {
  const untilMs = performance.now() + WAIT_MS;
  for (const port of ports) {
    for (let isSaid = false; !(await isFree(port)) && performance.now() < untilMs; isSaid = true) {
      if (!isSaid) say(port);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
