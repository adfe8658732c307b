/** y-websocket 2.1's own server, as its package starts it. Started as a helper of a bench. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { answer } from '../helper.ts';

/** @returns its URL */
async function open({ server }: { server: string }): Promise<string> {
  const port = await freePort();
  process.env.HOST = '127.0.0.1';
  process.env.PORT = String(port);
  createRequire(import.meta.url)(server);
  const url = `http://127.0.0.1:${port}`;
  while (
    !(await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    ))
  )
    await new Promise(setImmediate);
  return url;
}

async function freePort(): Promise<number> {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  taken.close();
  await once(taken, 'close');
  return port;
}

answer({ open });
