/**
 * Door 5, the socket: a root with a real WebSocket server hears everything but a child, and
 * a child that says everything but the truth. Its process lives, its memory stays bounded,
 * and an honest agent beside the liar goes on being served.
 */
import { join } from 'node:path';
import { encodeEntry, NO_HASH } from '@tallystick/crdt';
import { decodeFrame, encodeFrame } from '@tallystick/crdt/wire';
import { openIdentity, readAgentConfig, type Served, serveAgent } from '@tallystick/store-agent';
import { signedHello, stream, TestRoot, THIEF, until } from '@tallystick/store-agent/test-kit';
import { Prng } from '../sim/prng.ts';
import { receive } from './commands.ts';
import type { Door, Tally } from './door.ts';
import { mutate, noise } from './mutate.ts';
import { BINARY, framed, RawSocket, TEXT } from './raw-socket.ts';
import { sampleEntry } from './sample-entries.ts';
import { sampleFrame } from './sample-frames.ts';

/** How often the honest agent is asked to prove that it is served. */
const HONEST_EVERY = 10;
/** The server may keep a few frames of the largest size, until they are collected. */
const MEMORY_MAX = 256 * 1024 * 1024;

const WAYS = ['no HTTP', 'text', 'noise', 'frame', 'huge', 'half', 'rules', 'fragments', 'session'] as const;

export function socketDoor(): Door {
  let here: Awaited<ReturnType<typeof openRoot>> | undefined;
  let cases = 0;
  return {
    name: 'socket',
    async run(seed, tally) {
      here ??= await openRoot();
      const prng = new Prng(seed, 'socket');
      const socket = await RawSocket.open(here.root.url);
      try {
        const isAlive = await attack(prng, here, socket);
        if (isAlive) tally.accept();
        else tally.refuse();
      } finally {
        socket.destroy();
      }
      cases += 1;
      if (cases % HONEST_EVERY === 0) await check(here, seed, tally);
    },
    async close() {
      await here?.shop.stop();
      await here?.root.stop();
    },
  };
}

async function openRoot() {
  const root = new TestRoot();
  await root.start();
  const identity = openIdentity(join(root.addShop('thief'), 'identity.pem'));
  const shop: Served = await serveAgent(readAgentConfig(root.addShop('berlin'), { logLevel: 'silent' }));
  await until(() => shop.agent.unready() === undefined, 'the honest shop is ready');
  return { root, identity, shop, bytes: bytesInUse() };
}

type Here = Awaited<ReturnType<typeof openRoot>>;

function bytesInUse(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

async function check({ shop, bytes }: Here, seed: number, tally: Tally): Promise<void> {
  if (bytesInUse() - bytes > MEMORY_MAX) tally.find(seed, 'memory grows and grows');
  const done = await shop.agent.submit(receive(`d-${seed}`, 'berlin', 1, 'LAMP'));
  if (!done.ok) return tally.find(seed, `the honest shop cannot receive: ${done.code}`);
  const { ledger } = shop.agent.engine.replica;
  try {
    await until(() => ledger.self.head.settled.seq >= done.entry.seq, 'what the honest shop did settles');
  } catch {
    tally.find(seed, 'what the honest shop did never settles');
  }
}

/** @returns whether the other side still talks to this one. */
async function attack(prng: Prng, here: Here, socket: RawSocket): Promise<boolean> {
  const way = prng.pick(WAYS);
  if (way === 'no HTTP') {
    socket.write(noise(prng, 2_000));
    socket.write('\r\n\r\n');
    return false;
  }
  socket.upgrade(new URL(here.root.url).pathname);
  if (!(await socket.hears(1))) return false;
  switch (way) {
    case 'text':
      socket.write(framed(TEXT, noise(prng, 200)));
      break;
    case 'noise':
      socket.write(framed(BINARY, noise(prng, 2_000)));
      break;
    case 'frame':
      socket.write(framed(BINARY, mutate(prng, encodeFrame(sampleFrame(prng)))));
      break;
    case 'huge':
      socket.write(framed(BINARY, noise(prng, 100), prng.pick([6 * 2 ** 20, 2 ** 31, 2 ** 53])));
      return false;
    case 'half':
      socket.write(framed(BINARY, noise(prng, 100), 1_000_000));
      return false;
    case 'rules':
      socket.write(noise(prng, 60));
      return false;
    case 'fragments':
      for (let i = 0; i < 50; i += 1) socket.write(fragment(prng, i === 0));
      break;
    case 'session':
      return attackInSession(prng, here, socket);
    default:
      way satisfies never;
  }
  return socket.isAnswered();
}

/** A piece of a message that never ends. */
function fragment(prng: Prng, isFirst: boolean): Uint8Array {
  const bytes = framed(isFirst ? BINARY : 0, noise(prng, 500));
  bytes[0] = (bytes[0] as number) & 0x7f;
  return bytes;
}

async function attackInSession(prng: Prng, { identity }: Here, socket: RawSocket): Promise<boolean> {
  const challenge = decodeFrame(socket.frames[0] as Uint8Array);
  if (challenge.kind !== 'challenge') throw new Error('The root begins with a challenge.');
  const hello = signedHello(challenge, identity, {
    wantsLevels: prng.chance(0.5),
    catalogueVersion: prng.below(3),
  });
  socket.write(framed(BINARY, encodeFrame(hello)));
  if (!(await socket.hears(2))) return false;
  for (let left = 1 + prng.below(6); left > 0; left -= 1) {
    const frame = prng.chance(0.5) ? life(prng, challenge.writer) : encodeFrame(sampleFrame(prng));
    socket.write(framed(BINARY, prng.chance(0.5) ? mutate(prng, frame) : frame));
  }
  return socket.isAnswered();
}

/** The beginning of a chain, and something behind it that does not fit. */
function life(prng: Prng, parent: typeof THIEF): Uint8Array {
  const first = { ...sampleEntry(prng, 'life'), writer: THIEF, seq: 1, prevHash: NO_HASH };
  const entries = [
    { ...first, body: { type: 'life', kind: 'store', parent } as const },
    { ...sampleEntry(prng), writer: THIEF, seq: 2 },
  ];
  return encodeFrame(stream(entries.map((entry) => ({ bytes: encodeEntry(entry) }))));
}
