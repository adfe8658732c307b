/** A replication connection on which nothing comes any more, though nobody has closed it. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { createLog } from '@tallystick/store-agent';
import { expect, onTestFinished, test, vi } from 'vitest';
import { freshDatabase } from '../../authority/postgres/database.test-kit.ts';
import { LogStream } from './log-stream.ts';
import { makePublication, PUBLICATION } from './publication.ts';

const TICK_MS = 2_000;

/** Passes on both ways until it swallows both ways. */
async function proxyTo(target: URL): Promise<{ url: string; swallow: () => void }> {
  const sockets: Socket[] = [];
  let isSwallowing = false;
  const proxy = createServer((one) => {
    const other = connect(Number(target.port || 5432), target.hostname);
    sockets.push(one, other);
    for (const [from, to] of [
      [one, other],
      [other, one],
    ] as const)
      from
        .on('data', (bytes) => isSwallowing || to.write(bytes))
        .on('error', () => to.destroy())
        .on('close', () => to.destroy());
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
  const url = new URL(target);
  url.host = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  return {
    url: url.href,
    swallow: () => {
      isSwallowing = true;
    },
  };
}

test('a connection on which nothing comes is lost after five questions; not one that is held, nor one that answers', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const database = await freshDatabase();
  await makePublication(database.pool);
  const proxy = await proxyTo(new URL(database.url));
  const lost: string[] = [];
  let heard = () => {};
  const stream = await LogStream.open({
    url: proxy.url,
    publication: PUBLICATION,
    reader: { begin() {}, commit() {}, wants: () => false } as never,
    log: createLog('shapes', 'silent'),
    onPassed: () => heard(),
    onLost: (error) => lost.push(error.message),
  });
  onTestFinished(() => stream.close());
  // Each question is answered, however little is written.
  for (let i = 0; i < 8; i += 1) {
    const answered = new Promise<void>((resolve) => {
      heard = resolve;
    });
    vi.advanceTimersByTime(TICK_MS);
    await answered;
  }
  proxy.swallow();
  let release = () => {};
  const settled = new Promise<void>((resolve) => {
    release = resolve;
  });
  stream.hold(settled);
  vi.advanceTimersByTime(20 * TICK_MS);
  release();
  await settled;
  vi.advanceTimersByTime(4 * TICK_MS);
  expect(lost).toEqual([]);
  vi.advanceTimersByTime(4 * TICK_MS);
  expect(lost).toEqual(['Postgres said nothing to 5 questions on the replication connection.']);
});
