/** One buffer for what all sockets bring: whoever keeps what it is given sees it change, and 'data' is as ever. */
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { readIntoOneBuffer } from './one-buffer.ts';
import { socketPairs } from './socket-pairs.test-kit.ts';

const pair = socketPairs();

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
