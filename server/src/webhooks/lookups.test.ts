/** Names: each waits for its own servers, and not without end. */
import { createSocket } from 'node:dgram';
import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { askNameServers, Lookups } from './lookups.ts';
import { Poster } from './post.ts';
import { Receiver } from './receiver.test-kit.ts';

const NEVER = () => new Promise<never>(() => {});

/** A name server on this machine. @param answer addresses of IPv4; undefined for silence */
async function nameServer(answer: readonly string[] | undefined): Promise<string> {
  const socket = createSocket('udp4');
  onTestFinished(() => void socket.close());
  socket.on('message', (query, { port }) => {
    if (answer === undefined) return;
    // The question ends with the root and its type and class; nothing that follows it is looked at.
    const end = query.indexOf(0, 12) + 5;
    const found = query.readUInt16BE(end - 4) === 1 ? answer : [];
    const head = Buffer.from([query[0] ?? 0, query[1] ?? 0, 0x81, 0x80, 0, 1, 0, found.length, 0, 0, 0, 0]);
    const rows = found.map((ip) =>
      Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...ip.split('.').map(Number)]),
    );
    socket.send(Buffer.concat([head, query.subarray(12, end), ...rows]), port, '127.0.0.1');
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return `127.0.0.1:${socket.address().port}`;
}

test('endpoints whose name servers do not answer cost another one nothing', async () => {
  const receiver = await Receiver.start();
  const resolve = (host: string): Promise<LookupAddress[]> =>
    host.startsWith('dead') ? NEVER() : Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
  const poster = new Poster({ allowLoopback: true }, 60_000, resolve);
  onTestFinished(() => poster.close());
  const { port } = new URL(receiver.url);
  const attempts = ['dead-1', 'dead-2', 'dead-3'].map((host) => {
    const attempt = new AbortController();
    return { attempt, posted: poster.post(`http://${host}.test:${port}/`, {}, '{}', attempt) };
  });
  expect(await poster.post(`http://alive.test:${port}/`, {}, '{}')).toMatchObject({ status: 204 });
  for (const { attempt } of attempts) attempt.abort();
  for (const { posted } of attempts) expect(await posted).toMatchObject({ status: null });
});

describe('a name', () => {
  test('is looked up once for all who want it at a time, and anew for whoever comes later', async () => {
    const asked: string[] = [];
    const lookups = new Lookups(async (host) => {
      asked.push(host);
      return [{ address: '1.1.1.1', family: 4 }];
    });
    await Promise.all(['a', 'b', 'a'].map((host) => lookups.find(host)));
    expect(asked).toEqual(['a', 'b']);
    await lookups.find('a');
    expect(asked).toEqual(['a', 'b', 'a']);
  });

  test('is refused where too many wait for servers that never answer', async () => {
    const lookups = new Lookups(NEVER);
    for (let i = 0; i < 1_000; i += 1) void lookups.find(`h${i}`);
    await expect(lookups.find('another')).rejects.toThrow('Too many names');
  });

  test('is asked of name servers, and of silent ones not for ever', async () => {
    const server = await nameServer(['93.184.216.34', '10.0.0.7']);
    expect(await askNameServers('hook.example', [server])).toEqual([
      { address: '93.184.216.34', family: 4 },
      { address: '10.0.0.7', family: 4 },
    ]);
    await expect(askNameServers('hook.example', [await nameServer([])])).rejects.toThrow('has no address');
    const silent = await nameServer(undefined);
    await expect(askNameServers('hook.example', [silent], 50)).rejects.toThrow('do not answer');
    expect(await askNameServers('localhost')).toContainEqual({ address: '127.0.0.1', family: 4 });
  });
});
