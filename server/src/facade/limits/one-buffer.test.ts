/** One buffer for what all sockets bring: whoever keeps what it is given sees it change, and 'data' is as ever. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readIntoOneBuffer } from './one-buffer.ts';

let server: Server;
beforeAll(async () => {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => void server.close());

async function pair(): Promise<[client: Socket, served: Socket]> {
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [served] = (await once(server, 'connection')) as [Socket];
  served.resume();
  return [client, served];
}

test('this Node has it: two sockets bring their bytes in the same memory', async () => {
  const given: Buffer[] = [];
  for (const word of ['first', 'other']) {
    const [client, served] = await pair();
    const isGiven = new Promise<void>((resolve) => {
      const isOn = readIntoOneBuffer(served, (bytes) => {
        expect(bytes.toString()).toBe(word);
        given.push(bytes);
        resolve();
        return true;
      });
      expect(isOn).toBe(true);
    });
    client.write(word);
    await isGiven;
    client.destroy();
  }
  expect(given.map(String)).toEqual(['other', 'other']);
});

test('what it does not take goes by data, all of it in order, also to a reader who cannot keep up', async () => {
  const [client, served] = await pair();
  expect(readIntoOneBuffer(served, () => false)).toBe(true);
  const sent = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => i % 251));
  const chunks: Buffer[] = [];
  served.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    served.pause();
    setImmediate(() => served.resume());
  });
  client.end(sent);
  await once(served, 'end');
  expect(Buffer.concat(chunks).equals(sent)).toBe(true);
  client.destroy();
});
