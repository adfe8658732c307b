/**
 * Child links: the parent's end of every link. It challenges, checks who speaks and
 * in which version, and hands frames on; a child's second connection replaces its first.
 */
import { randomBytes } from 'node:crypto';
import { type Opened, type ReplicaId, replicaOf, sameBytes, type WriterId } from '@tallystick/crdt';
import { type Engine, enrolProof, helloProof } from '@tallystick/crdt/host';
import { type Enrol, type ErrorCode, type Frame, type Hello, negotiate } from '@tallystick/crdt/wire';
import type { WebSocket } from 'ws';
import { isSignedBy } from '../identity.ts';
import { Connection } from './connection.ts';

const HANDSHAKE_MS = 5_000;
/** Sockets that have not proved themselves yet; one more is turned away. */
const STRANGERS_MAX = 1_000;

export interface ChildLinksPorts {
  readonly self: ReplicaId;
  readonly engine: Engine;
  /** From the opening of a socket to a proven hello; a stranger costs no more than this. */
  readonly handshakeMs: number | undefined;
  /** The key of a replica that belongs under this one; undefined for strangers. */
  publicKey(replica: ReplicaId): Uint8Array | undefined;
  /** Whether it was one of ours, and is given up for good. */
  isRetired(replica: ReplicaId): boolean;
  /** Whose child a replica is; undefined for strangers. */
  parentOf(replica: ReplicaId): ReplicaId | undefined;
  enrol(frame: Enrol): Promise<Frame>;
  /** @param keepsLevels whether it still has the levels that it was told over a link before */
  opened(replica: ReplicaId, hello: Hello, keepsLevels: boolean): void;
  /** Frames of the channels that the core does not know. */
  frame(from: ReplicaId, frame: Frame): void;
  /** @param arrivedBeforeMs what was sent before this moment has arrived */
  closed(replica: ReplicaId, why: string, arrivedBeforeMs: number): void;
  /** A hello was not taken. @param replica as it calls itself @param isKnown whether the registry has that name */
  refused(replica: ReplicaId, isKnown: boolean, code: ErrorCode, why: string): void;
}

interface Link {
  readonly connection: Connection;
  readonly writer: WriterId;
  /** The key that its hello was signed with. */
  readonly key: Uint8Array;
  /** What both ends of this session speak. */
  readonly channels: ReadonlySet<string>;
}

export class ChildLinks {
  readonly #ports: ChildLinksPorts;
  readonly #links = new Map<ReplicaId, Link>();
  #strangers = 0;
  framesSent = 0;

  constructor(ports: ChildLinksPorts) {
    this.#ports = ports;
  }

  isUp(replica: ReplicaId): boolean {
    return this.#links.has(replica);
  }

  get up(): readonly ReplicaId[] {
    return [...this.#links.keys()];
  }

  send(to: ReplicaId, frame: Frame): void {
    this.framesSent += 1;
    this.#links.get(to)?.connection.send(frame);
  }

  /** Whether frames of a channel can be sent now, and no more bytes than that wait in front of them. */
  takes(to: ReplicaId, channel: string, waitingBytesMax: number): boolean {
    const link = this.#links.get(to);
    return link?.channels.has(channel) === true && link.connection.waitingBytes <= waitingBytesMax;
  }

  /** What was sent before this moment has arrived there. */
  arrivedBeforeMs(replica: ReplicaId): number {
    return this.#links.get(replica)?.connection.arrivedBeforeMs ?? Number.NEGATIVE_INFINITY;
  }

  hangUp(replica: ReplicaId, code: ErrorCode, message: string): void {
    this.#links.get(replica)?.connection.hangUp(code, message);
  }

  /** The registry changed: whose key it was opened with is the child's key no more loses the link that it has. */
  recheck(): void {
    for (const [replica, { key, connection }] of [...this.#links]) {
      const now = this.#ports.publicKey(replica);
      // Who was given another parent is told so by the core, once its past stands where it must (F3a).
      if (now === undefined && this.#ports.parentOf(replica) !== this.#ports.self) continue;
      if (this.#ports.isRetired(replica)) connection.hangUp('replica_retired', retired(replica));
      else if (now === undefined) connection.hangUp('unknown_replica', `${replica} is not enrolled here.`);
      else if (!sameBytes(key, now))
        connection.hangUp(
          'bad_signature',
          `The signature is not ${replica}'s any more: its key was changed.`,
        );
    }
  }

  stop(): void {
    for (const { connection } of [...this.#links.values()]) connection.end();
  }

  /** A socket was opened by somebody. @param keepsLevels as it says itself */
  accept(socket: WebSocket, keepsLevels: boolean): void {
    const challenge = randomBytes(32);
    let replica: ReplicaId | undefined;
    let isWaiting = true;
    this.#strangers += 1;
    const settle = () => {
      if (isWaiting) this.#strangers -= 1;
      isWaiting = false;
      clearTimeout(timer);
    };
    const connection: Connection = new Connection(socket, {
      frame: (frame) => {
        if (replica !== undefined) {
          if (this.#links.get(replica)?.connection === connection) this.#frame(replica, frame);
        } else if (frame.kind === 'hello' && isWaiting) {
          settle();
          replica = this.#hello(connection, challenge, frame, keepsLevels);
        } else if (frame.kind === 'enrol' && isWaiting) {
          settle();
          void this.#enrol(connection, challenge, frame);
        } else {
          connection.hangUp('unauthenticated', 'Say hello first.');
        }
      },
      closed: (why) => {
        settle();
        if (replica !== undefined) this.#closed(replica, connection, why);
      },
    });
    const timer = setTimeout(
      () => connection.hangUp('unauthenticated', 'No hello came in time.'),
      this.#ports.handshakeMs ?? HANDSHAKE_MS,
    );
    const { replica: self } = this.#ports.engine;
    if (this.#strangers > STRANGERS_MAX)
      connection.hangUp('overloaded', 'Too many strangers are at the door.');
    else if (!self.ledger.hasLife) {
      connection.hangUp('parent_unreachable', 'This replica has not met its own parent yet. Try again soon.');
    } else {
      const writer = self.ledger.self.writer;
      connection.send({ kind: 'challenge', parent: this.#ports.self, writer, nonce: challenge });
    }
  }

  /** @returns the replica whose identity is proved, or undefined when it was turned away. */
  #hello(
    connection: Connection,
    challenge: Uint8Array,
    hello: Hello,
    keepsLevels: boolean,
  ): ReplicaId | undefined {
    const replica = replicaOf(hello.writer);
    const refuse = (code: ErrorCode, why: string): undefined => {
      this.#ports.refused(replica, this.#ports.parentOf(replica) !== undefined, code, why);
      connection.hangUp(code, why);
    };
    if (this.#ports.isRetired(replica)) return refuse('replica_retired', retired(replica));
    const key = this.#ports.publicKey(replica);
    if (key === undefined) {
      const parent = this.#ports.parentOf(replica);
      return parent === undefined || parent === this.#ports.self
        ? refuse('unknown_replica', `${replica} is not enrolled here.`)
        : refuse('forbidden', `${replica} belongs under ${parent}: link it there.`);
    }
    if (!isSignedBy(key, helloProof(challenge, this.#ports.self, hello), hello.signature))
      return refuse('bad_signature', `The signature is not ${replica}'s, or answers another challenge.`);
    const agreed = negotiate(hello);
    if (!agreed.ok) return refuse('unsupported_version', agreed.message);
    const { protocol, channels } = agreed;
    this.#ports.engine.run((self, now) => {
      const opened: Opened = self.childUp(hello, { protocol, channels }, now);
      if (!opened.ok) return refuse(opened.code, opened.message);
      const before = this.#links.get(replica);
      const names = new Set(channels.map(({ name }) => name));
      this.#links.set(replica, { connection, writer: hello.writer, key, channels: names });
      if (before !== undefined && before.connection !== connection) before.connection.end();
      this.#ports.opened(replica, hello, keepsLevels);
    });
    return replica;
  }

  async #enrol(connection: Connection, challenge: Uint8Array, frame: Enrol): Promise<void> {
    const proof = enrolProof(challenge, this.#ports.self, frame.replica, frame.code);
    // Whoever runs the parent is who the owner of the device asks.
    const refused = (code: ErrorCode, why: string) => {
      const isKnown = this.#ports.parentOf(frame.replica) !== undefined;
      this.#ports.refused(frame.replica, isKnown, code, `enrolment: ${why}`);
    };
    if (!isSignedBy(frame.publicKey, proof, frame.signature)) {
      const why = 'The key that was handed in did not sign this.';
      refused('bad_signature', why);
      return connection.hangUp('bad_signature', why);
    }
    const answer = await this.#ports.enrol(frame).catch((): Frame => {
      return {
        kind: 'refuse',
        code: 'internal',
        message: 'Enrolling failed here; it was logged. Try again.',
      };
    });
    if (answer.kind === 'refuse') refused(answer.code, answer.message);
    connection.send(answer);
    // The device comes back with a hello; nobody keeps a socket by handing in codes.
    connection.close();
  }

  #frame(from: ReplicaId, frame: Frame): void {
    switch (frame.kind) {
      case 'stream':
      case 'asks':
      case 'seen':
        this.#ports.engine.frame(from, frame);
        return;
      case 'hello':
        // A hello replayed inside a session proves nothing and changes nothing.
        return;
      default:
        this.#ports.frame(from, frame);
    }
  }

  #closed(replica: ReplicaId, connection: Connection, why: string): void {
    const link = this.#links.get(replica);
    if (link?.connection !== connection) return;
    this.#links.delete(replica);
    this.#ports.engine.run((self) => {
      // A newer connection may have said hello in this very turn: its session is not this one's to close.
      if (!this.#links.has(replica)) self.childDown(replica, link.writer);
    });
    this.#ports.closed(replica, why, connection.arrivedBeforeMs);
  }
}

/** What its cashier or operator reads, who may not know it. */
function retired(replica: ReplicaId): string {
  return (
    `${replica} was retired: the books take nothing from it any more, and its id is never given again. Stop selling here, keep its ` +
    'data folder for whoever retired it, and enrol the device again, under another id and in another folder.'
  );
}
