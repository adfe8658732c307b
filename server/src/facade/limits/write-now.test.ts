/** Written past the stream: all of it arrives, in its place, whatever the other side does meanwhile. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { socketPairs } from './socket-pairs.test-kit.ts';
import { writeNow } from './write-now.ts';

const pair = socketPairs();

async function untilEnd(client: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  client.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(client, 'end');
  return Buffer.concat(chunks).toString('latin1');
}

test('this Node has it: the stream hears nothing of it, and what the stream writes before and after keeps its place', async () => {
  const [client, served] = await pair();
  const before = served.bytesWritten;
  writeNow(served, Buffer.from('one '));
  expect([served.bytesWritten - before, served.writableLength]).toEqual([0, 0]);
  served.cork();
  served.write('two ');
  // Something is on its way: it waits behind that.
  writeNow(served, Buffer.from('three '));
  served.uncork();
  writeNow(served, Buffer.from('four'));
  served.end();
  expect(await untilEnd(client)).toBe('one two three four');
});

test('more than the kernel takes at once: the stream writes what is left', async () => {
  const [client, served] = await pair();
  client.pause();
  const parts = ['a', 'b', 'c'].map((letter) => Buffer.alloc(8_000_000, letter));
  for (const part of parts) writeNow(served, part);
  expect(served.writableLength).toBeGreaterThan(0);
  served.end();
  client.resume();
  expect((await untilEnd(client)) === parts.join('')).toBe(true);
});

test('who is gone is the stream’s to find out: nothing is thrown, and the socket is closed', async () => {
  const [client, served] = await pair();
  const closed = new Promise((resolve) => served.once('close', resolve));
  served.on('error', () => {});
  client.resetAndDestroy();
  for (let isOpen = true; isOpen; isOpen = !served.destroyed) {
    writeNow(served, Buffer.from('x'));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await closed;
  writeNow(served, Buffer.from('x'));
});
