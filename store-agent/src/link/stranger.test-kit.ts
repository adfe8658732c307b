/** A stranger at the root's door: somebody who speaks frames by hand, and lies in chains that fit. */
import { join } from 'node:path';
import {
  type Entry,
  encodeEntry,
  NO_HASH,
  type PoolId,
  type ReplicaId,
  type WriterId,
  writerId,
} from '@tallystick/crdt';
import { helloProof } from '@tallystick/crdt/host';
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
import { expect } from 'vitest';
import { WebSocket } from 'ws';
import { type Identity, openIdentity } from '../identity.ts';
import { sha256 } from '../journal/runs.ts';
import { TestRoot, until } from '../root.test-kit.ts';

export const THIEF = writerId('thief' as ReplicaId, 1, '0'.repeat(31).concat('1'));

/** A root with two shops enrolled: berlin, and a thief whose key strangers hold. */
export class Scene {
  readonly root: TestRoot;
  readonly #strangers: Stranger[] = [];
  #identity: Identity | undefined;

  constructor(handshakeMs?: number) {
    this.root = new TestRoot({ handshakeMs });
  }

  async start(): Promise<void> {
    await this.root.start();
    this.#identity = openIdentity(join(this.root.addShop('thief'), 'identity.pem'));
    this.root.addShop('berlin');
  }

  async stop(): Promise<void> {
    for (const { socket } of this.#strangers.splice(0)) socket.terminate();
    await this.root.stop();
  }

  /** The key of the thief. */
  get identity(): Identity {
    return this.#identity as Identity;
  }

  stranger(): Stranger {
    const stranger = new Stranger(this.root.url, this.identity);
    this.#strangers.push(stranger);
    return stranger;
  }

  /** What the root knows of the thief. */
  thiefHead() {
    return this.root.host.engine.replica.ledger.streams.get(THIEF)?.head;
  }

  life(): Entry['body'] {
    return { type: 'life', kind: 'store', parent: this.root.host.engine.replica.ledger.self.writer };
  }
}

/** A socket at the root's door. */
export class Stranger {
  readonly socket: WebSocket;
  readonly heard: Frame[] = [];
  isClosed = false;
  readonly #identity: Identity;

  constructor(url: string, identity: Identity) {
    this.#identity = identity;
    this.socket = new WebSocket(url);
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
  async hello(more: Partial<Hello> = {}, by: Identity = this.#identity): Promise<Hello> {
    const hello = signedHello(await this.hears('challenge'), by, more);
    this.send(hello);
    return hello;
  }

  async isRefused(code: string): Promise<string> {
    const refuse = await this.hears('refuse');
    expect(refuse).toMatchObject({ code, message: expect.stringMatching(/\S \S/) });
    await until(() => this.isClosed, 'the door closes');
    return refuse.message;
  }
}

/** An honest hello of the thief, but for what is asked otherwise. */
export function signedHello(
  { nonce, parent }: Extract<Frame, { kind: 'challenge' }>,
  identity: Identity,
  more: Partial<Hello> = {},
): Hello {
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
  return { ...hello, signature: identity.sign(helloProof(nonce, parent, hello)) };
}

/** The thief's chain: each entry linked to the one before, as an honest writer would. */
export function chain(
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

export const received = (pool: PoolId): Entry['body'] => ({
  type: 'received',
  cause: 'delivery',
  lines: [{ pool, n: 5 }],
});
/** The first entries of a writer in one frame. */
export const stream = (
  entries: readonly { readonly bytes: Uint8Array }[],
  writer: WriterId = THIEF,
): Frame => ({
  kind: 'stream',
  writer,
  base: 0,
  from: 0,
  to: entries.length,
  entries: joinEntries(entries),
});
