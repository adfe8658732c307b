/** Bad input at the link's door: strangers, liars and old recordings get a reason and nothing else. */
import { once } from 'node:events';
import { join } from 'node:path';
import {
  type Entry,
  encodeEntry,
  type LocationId,
  NO_HASH,
  type PoolId,
  poolId,
  type ReplicaId,
  type Sku,
  type WriterId,
  writerId,
} from '@tallystick/crdt';
import {
  CHANNELS,
  decodeFrame,
  encodeFrame,
  type Frame,
  type FrameKind,
  type Hello,
  joinEntries,
  PROTOCOL,
} from '@tallystick/crdt/wire';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { readAgentConfig } from '../config.ts';
import { helloProof, type Identity, openIdentity } from '../identity.ts';
import { sha256 } from '../journal/runs.ts';
import { TestRoot, until } from '../root.test-kit.ts';
import { type Served, serveAgent } from '../serve.ts';

const LAMPS_AT_BERLIN = poolId('LAMP' as Sku, 'berlin' as LocationId);
const LAMPS_AT_THIEF = poolId('LAMP' as Sku, 'thief' as LocationId);

let root: TestRoot;
let identity: Identity;
const sockets: WebSocket[] = [];

beforeEach(async () => {
  root = new TestRoot();
  await root.start();
  identity = openIdentity(join(root.addShop('thief'), 'identity.pem'));
  root.addShop('berlin');
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  await root.stop();
});

/** A socket at the root's door, held by somebody who speaks frames by hand. */
class Stranger {
  readonly socket = new WebSocket(root.url);
  readonly heard: Frame[] = [];
  isClosed = false;

  constructor() {
    sockets.push(this.socket);
    this.socket.on('message', (data: Buffer) => this.heard.push(decodeFrame(data)));
    this.socket.once('close', () => {
      this.isClosed = true;
    });
    this.socket.on('error', () => {});
  }

  async hears<K extends FrameKind>(kind: K): Promise<Extract<Frame, { kind: K }>> {
    await until(() => this.heard.some((frame) => frame.kind === kind), `the stranger hears ${kind}`);
    return this.heard.find((frame) => frame.kind === kind) as Extract<Frame, { kind: K }>;
  }

  send(frame: Frame): void {
    this.socket.send(encodeFrame(frame));
  }

  /** Says hello as the thief, unless told otherwise. */
  async hello(more: Partial<Hello> = {}, by: Identity = identity): Promise<Hello> {
    const { nonce, parent } = await this.hears('challenge');
    const hello: Hello = {
      kind: 'hello',
      protocol: PROTOCOL,
      channels: CHANNELS,
      writer: THIEF,
      replicaKind: 'store',
      parentSeen: null,
      heads: [],
      wantsLevels: false,
      catalogueVersion: 0,
      signature: new Uint8Array(0),
      ...more,
    };
    const signed = { ...hello, signature: by.sign(helloProof(nonce, parent, hello)) };
    this.send(signed);
    return signed;
  }

  async isRefused(code: string): Promise<string> {
    const refuse = await this.hears('refuse');
    expect(refuse).toMatchObject({ code, message: expect.stringMatching(/\S \S/) });
    await until(() => this.isClosed, 'the door closes');
    return refuse.message;
  }
}

const THIEF = writerId('thief' as ReplicaId, 1, '0'.repeat(31).concat('1'));

/** The thief's chain: each entry linked to the one before, as an honest writer would. */
function chain(
  bodies: readonly Entry['body'][],
  spoil: (entry: Entry, i: number) => Entry = (entry) => entry,
) {
  let prevHash = NO_HASH;
  return bodies.map((body, i) => {
    const entry = spoil(
      {
        v: 1,
        writer: THIEF,
        seq: i + 1,
        prevHash,
        docId: `doc-${i}`,
        actor: 'local:thief',
        wallMs: 1,
        monotonicMs: 1,
        bootId: '0'.repeat(32),
        body,
      },
      i,
    );
    const bytes = encodeEntry(entry);
    prevHash = sha256(bytes);
    return { bytes };
  });
}

const parentWriter = () => root.host.engine.replica.ledger.self.writer;
const life = (): Entry['body'] => ({ type: 'life', kind: 'store', parent: parentWriter() });
const received = (pool: PoolId): Entry['body'] => ({
  type: 'received',
  cause: 'delivery',
  lines: [{ pool, n: 5 }],
});
const stream = (entries: readonly { readonly bytes: Uint8Array }[], writer: WriterId = THIEF): Frame => ({
  kind: 'stream',
  writer,
  base: 0,
  from: 0,
  to: entries.length,
  entries: joinEntries(entries),
});
const thiefHead = () => root.host.engine.replica.ledger.streams.get(THIEF)?.head;

describe('at the door', () => {
  test('[L7] silence, text, noise and a wrong first word are refused', async () => {
    const text = new Stranger();
    await text.hears('challenge');
    text.socket.send('hello');
    expect(await text.isRefused('malformed_frame')).toMatch(/binary/);

    for (const bytes of [[], [0], [9, 9, 9], [0, 2, 255, 255, 255, 255, 255, 255, 255, 255, 1]]) {
      const noise = new Stranger();
      await noise.hears('challenge');
      noise.socket.send(Uint8Array.from(bytes));
      await noise.isRefused('malformed_frame');
    }

    const rude = new Stranger();
    await rude.hears('challenge');
    rude.send({ kind: 'catalogue-seen', version: 1 });
    await rude.isRefused('unauthenticated');

    const long = new Stranger();
    await long.hears('challenge');
    long.socket.send(new Uint8Array(6 * 1024 * 1024));
    await until(() => long.isClosed, 'the door closes on a frame that is too long');
  });

  test('[L7] whoever says nothing is sent away', async () => {
    const silent = new Stranger();
    expect(await silent.isRefused('unauthenticated')).toMatch(/No hello/);
  });

  test('[L6] a version that is not spoken here is named', async () => {
    const future = new Stranger();
    await future.hello({ protocol: { min: 2, max: 7 } });
    expect(await future.isRefused('unsupported_version')).toBe(
      'Upgrade the parent: it speaks protocol 2 to 7, the parent 1 to 1.',
    );
    const channelless = new Stranger();
    await channelless.hello({ channels: [{ name: 'stock', min: 9, max: 9 }] });
    expect(await channelless.isRefused('unsupported_version')).toMatch(/stock channel/);
  });

  test('a wrong key, an unknown replica and a broken signature are refused', async () => {
    const other = openIdentity(join(root.folder, 'berlin', 'identity.pem'));
    const wrongKey = new Stranger();
    await wrongKey.hello({}, other);
    expect(await wrongKey.isRefused('bad_signature')).toMatch(/not thief's/);

    const unknown = new Stranger();
    await unknown.hello({ writer: writerId('nobody' as ReplicaId, 1, 'a'.repeat(32)) });
    expect(await unknown.isRefused('unknown_replica')).toMatch(/nobody is not enrolled/);

    const short = new Stranger();
    await short.hello({}, { publicKey: identity.publicKey, sign: () => Uint8Array.of(1, 2, 3) });
    await short.isRefused('bad_signature');
    expect(root.host.children.up).toEqual([]);
  });

  test('a hello overheard in a real session opens nothing a second time, and within a session changes nothing', async () => {
    const real = new Stranger();
    const recorded = await real.hello();
    await real.hears('welcome');
    expect(root.host.children.up).toEqual(['thief']);

    const replayed = new Stranger();
    await replayed.hears('challenge');
    replayed.send(recorded);
    expect(await replayed.isRefused('bad_signature')).toMatch(/answers another challenge/);
    expect(root.host.children.up).toEqual(['thief']);

    real.send(recorded);
    real.send(stream(chain([life()])));
    await until(() => thiefHead()?.seq === 1, 'the session goes on');
    expect(real.heard.filter(({ kind }) => kind === 'welcome')).toHaveLength(1);
    expect(real.isClosed).toBe(false);
  });

  test('an address that is no door, and a plain request at the door', async () => {
    const lost = new WebSocket(root.url.replace('/link', '/elsewhere'));
    const [error] = (await once(lost, 'error')) as [Error];
    expect(error.message).toMatch(/404/);
    const plain = await fetch(root.url.replace('ws:', 'http:'));
    expect(plain.status).toBe(404);
    expect(await plain.json()).toMatchObject({ code: 'not_found' });
  });
});

describe('inside a session', () => {
  let thief: Stranger;

  beforeEach(async () => {
    thief = new Stranger();
    await thief.hello();
    await thief.hears('welcome');
  });

  /** An honest shop beside the liar: it must not notice. */
  async function honestShopStillWorks(): Promise<void> {
    const config = readAgentConfig(join(root.folder, 'berlin'), { logLevel: 'silent' });
    const shop: Served = await serveAgent(config);
    try {
      await until(() => shop.agent.unready() === undefined, 'the honest shop is ready');
      const command = { type: 'receive', id: 'd1', actor: 'a', cause: 'delivery' } as const;
      const done = await shop.agent.submit({ ...command, lines: [{ pool: LAMPS_AT_BERLIN, n: 1 }] });
      expect(done.ok).toBe(true);
      const { ledger } = shop.agent.engine.replica;
      await until(() => ledger.self.head.settled.seq === ledger.self.head.seq, 'the delivery settles');
    } finally {
      await shop.stop();
    }
  }

  test('[T3] a bad hash fences its writer, and is kept as evidence', async () => {
    const entries = chain([life(), received(LAMPS_AT_THIEF)], (entry, i) =>
      i === 1 ? { ...entry, prevHash: new Uint8Array(32).fill(7) as typeof NO_HASH } : entry,
    );
    thief.send(stream(entries));
    await until(() => thiefHead()?.fence?.reason === 'fork', 'the liar is fenced');
    expect(thiefHead()?.seq).toBe(1);
    await honestShopStillWorks();
  });

  test('[T8] goods claimed for a foreign pool are worth nothing', async () => {
    thief.send(stream(chain([life(), received(LAMPS_AT_BERLIN)])));
    await until(() => thiefHead()?.fence?.reason === 'foreign-pool', 'the liar is fenced');
    await honestShopStillWorks();
    expect(
      root.host.engine.replica.hub.child('berlin' as ReplicaId).pools.get(LAMPS_AT_BERLIN)?.holding,
    ).toBe(1);
  });

  test.each([
    [
      'an entry that is cut short',
      () => chain([life()]).map(({ bytes }) => ({ bytes: bytes.subarray(0, 40) })),
    ],
    ['an entry of a future version', () => chain([life()], (entry) => ({ ...entry, v: 9 as 1 }))],
    [
      'a gap',
      () => chain([life(), received(LAMPS_AT_THIEF), received(LAMPS_AT_THIEF)]).filter((_, i) => i !== 1),
    ],
    ['a chain without its beginning', () => chain([life(), received(LAMPS_AT_THIEF)]).slice(1)],
  ])('[L7] %s ends the session, with a reason', async (_, entries) => {
    const slice = entries();
    // A future version is written by hand: this release cannot write one.
    if (_.includes('version')) slice[0]?.bytes.fill(9, 0, 1);
    thief.send(stream(slice));
    await thief.isRefused('malformed_frame');
    expect(thiefHead()?.seq ?? 0).toBeLessThan(2);
    await honestShopStillWorks();
  });

  test('[L7] a bad length, foreign frames and noise end the session, with a reason', async () => {
    const frame = encodeFrame(stream(chain([life()])));
    for (const bytes of [
      frame.subarray(0, frame.length - 7),
      Buffer.concat([frame, Uint8Array.of(0)]),
      Uint8Array.of(7, 7, 7),
      encodeFrame({ kind: 'welcome', protocol: 1, channels: [], writer: THIEF, has: [], settled: [] }),
      encodeFrame({ kind: 'levels', asOfMs: 1, items: [] }),
    ]) {
      const liar = new Stranger();
      await liar.hello();
      await liar.hears('welcome');
      liar.socket.send(bytes);
      await liar.isRefused('malformed_frame');
    }
    expect(thiefHead()).toBeUndefined();
    await honestShopStillWorks();
  });

  test('calls with nonsense inside are answered, and nobody falls over', async () => {
    for (const body of ['', 'nonsense', '{"call":"drop"}', '{"call":"command","command":{}}']) {
      thief.send({ kind: 'call', callId: 1, target: 'authority' as ReplicaId, waitMs: 2 ** 53 - 1, body });
      thief.send({ kind: 'call', callId: 2, target: 'nobody' as ReplicaId, waitMs: 2 ** 53 - 1, body });
    }
    thief.send({ kind: 'reply', callId: 99, body: 'nonsense' });
    await until(
      () => thief.heard.filter(({ kind }) => kind === 'reply').length === 8,
      'each call is answered',
    );
    for (const frame of thief.heard) {
      if (frame.kind === 'reply') expect(JSON.parse(frame.body)).toMatchObject({ ok: false });
    }
    expect(thief.isClosed).toBe(false);
  });
});

test('a replica that is refused says why in its status, and goes on by itself once it is let in', async () => {
  const folder = root.addShop('late');
  const { location, ...record } = { id: 'late', kind: 'store', parent: 'authority', location: 'late' };
  const key = Buffer.from(openIdentity(join(folder, 'identity.pem')).publicKey).toString('base64');
  root.put('replica', 'late', { ...record, location, publicKey: key, status: 'retired' });
  const late = await serveAgent(readAgentConfig(folder, { logLevel: 'silent' }));
  try {
    const parent = () => late.agent.host.parent;
    await until(() => /not enrolled/.test(parent()?.why ?? ''), 'the reason is known');
    const status = (await (await fetch(`${late.url}/v1/status`)).json()) as { parent: { why: string } };
    expect(status.parent.why).toBe('refused by the parent: late is not enrolled here.');
    root.put('replica', 'late', { ...record, location, publicKey: key, status: 'enrolled' });
    await until(() => parent()?.state === 'up', 'it is let in');
  } finally {
    await late.stop();
  }
});
