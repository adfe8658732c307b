/**
 * Node links: what a host does about its connections, up and down. A connection
 * begins with challenge, hello and welcome; what arrives on one that was replaced
 * belongs to nobody.
 */
import {
  type Now,
  PARENT,
  type Peer,
  type Replica,
  type ReplicaId,
  type ReplicaSettings,
} from '@tallystick/crdt';
import { type ErrorCode, type Frame, type Hello, negotiate, type StockFrame } from '@tallystick/crdt/wire';
import type { Connection, Link } from './network.ts';
import type { Prng } from './prng.ts';
import { canTalk, type Release } from './release.ts';
import { Violation } from './trace.ts';

export interface NodeLinksPorts {
  readonly settings: ReplicaSettings;
  readonly prng: Prng;
  readonly release: () => Release;
  /** Runs something inside the next turn. */
  input(run: (replica: Replica, now: Now) => void): void;
  frame(from: Peer, connection: Connection, frame: StockFrame): void;
  hangUp(message: string): void;
  /** The parent said that this life is over. */
  superseded(): void;
  /** The parent shares no version with this machine. */
  refused(): void;
}

export class NodeLinks {
  uplink: Link | undefined;
  /** The parent said last that the two share no version. */
  isRefused = false;
  #refusedOn: Connection | undefined;
  #introducedOn: Connection | undefined;
  readonly #ports: NodeLinksPorts;
  readonly #wantsLevels: boolean;
  readonly #down = new Map<ReplicaId, Connection>();
  /** Challenged, and not welcome yet: a process that begins anew has challenged nobody. */
  readonly #challenged = new Set<Connection>();

  constructor(ports: NodeLinksPorts) {
    this.#ports = ports;
    this.#wantsLevels = ports.prng.chance(0.5);
  }

  challenge(connection: Connection, replica: Replica): void {
    const { settings, prng } = this.#ports;
    this.#challenged.add(connection);
    connection.send('parent', {
      kind: 'challenge',
      parent: settings.replica,
      writer: replica.ledger.self.writer,
      nonce: new Uint8Array(32).fill(prng.below(256)),
    });
  }

  arrived(connection: Connection, frame: Frame): void {
    if (connection.link === this.uplink) this.#fromParent(connection, frame);
    else this.#fromChild(connection, frame);
  }

  #fromParent(connection: Connection, frame: Frame): void {
    if (this.uplink?.current !== connection) return;
    if (frame.kind === 'challenge') {
      // As `parent-link.ts` of the host: one hello a connection.
      if (this.#introducedOn === connection) return;
      this.#introducedOn = connection;
      this.#ports.input((replica, now) => {
        replica.beginLife(frame.writer, now);
        replica.say(PARENT, this.#hello(replica));
      });
    } else if (frame.kind === 'welcome') {
      connection.isWelcomed = true;
      this.isRefused = false;
      this.#ports.input((replica, now) => {
        if (this.uplink?.current === connection) replica.linkUp(frame, now);
      });
    } else if (frame.kind === 'refuse') {
      // A frame that comes twice ends one life, not two.
      if (this.#refusedOn !== connection) this.#refusedBy(frame.code, frame.message);
      this.#refusedOn = connection;
    } else {
      this.#ports.frame(PARENT, connection, frame as StockFrame);
    }
  }

  /** As `parent-link.ts` of the host: where a newer life is known, this one ends (F1). */
  #refusedBy(code: ErrorCode, message: string): void {
    if (code === 'replica_fenced') {
      this.#ports.superseded();
      this.#ports.input((replica, now) => replica.becomeNewWriter('superseded', now));
    } else if (code === 'unsupported_version') {
      if (!/^Upgrade|no version/.test(message))
        throw new Violation('L6', `refused without a reason: ${message}`);
      this.isRefused = true;
      this.#ports.refused();
    }
  }

  #hello(replica: Replica): Hello {
    return {
      kind: 'hello',
      ...this.#ports.release(),
      ...replica.uplink.hello(),
      replicaKind: this.#ports.settings.kind,
      wantsLevels: this.#wantsLevels,
      catalogueVersion: 0,
      signature: new Uint8Array(0),
    };
  }

  #fromChild(connection: Connection, frame: Frame): void {
    if (frame.kind !== 'hello') {
      this.#ports.frame(connection.link.name as ReplicaId, connection, frame as StockFrame);
      return;
    }
    // A hello replayed inside a session proves nothing and changes nothing.
    if (connection.isGreeted) return;
    connection.isGreeted = true;
    this.#ports.input((replica, now) => {
      if (connection.isOpenAt('parent')) this.#greet(replica, connection, frame, now);
    });
  }

  #greet(replica: Replica, connection: Connection, hello: Hello, now: Now): void {
    const release = this.#ports.release();
    const agreed = negotiate(hello, release.protocol, release.channels);
    if (agreed.ok !== canTalk(hello, release))
      throw new Violation('L6', `${hello.writer} was ${agreed.ok ? 'taken in' : 'refused'} by its versions`);
    const opened = agreed.ok
      ? replica.childUp(hello, agreed, now)
      : { ...agreed, code: 'unsupported_version' as const };
    if (!opened.ok) {
      this.#ports.hangUp(`turned ${hello.writer} away: ${opened.message}`);
      connection.send('parent', { kind: 'refuse', code: opened.code, message: opened.message });
      connection.close('parent');
      return;
    }
    const child = connection.link.name as ReplicaId;
    const before = this.#down.get(child);
    this.#down.set(child, connection);
    this.#challenged.delete(connection);
    if (before !== connection) before?.close('parent');
  }

  /** This side noticed that a connection is gone. */
  closed(connection: Connection): void {
    this.#challenged.delete(connection);
    if (connection.link === this.uplink) {
      if (connection.isWelcomed) this.#ports.input((replica, now) => replica.linkDown(now));
      this.uplink.lost(connection);
      return;
    }
    const child = connection.link.name as ReplicaId;
    if (this.#down.get(child) !== connection) return;
    this.#down.delete(child);
    this.#ports.input((replica) => {
      if (!this.#down.has(child)) replica.childDown(child);
    });
  }

  isCurrent(from: Peer, connection: Connection): boolean {
    return (from === PARENT ? this.uplink?.current : this.#down.get(from)) === connection;
  }

  send(to: Peer, frame: Frame): void {
    if (to === PARENT) this.uplink?.current?.send('child', frame);
    else this.#down.get(to)?.send('parent', frame);
  }

  hangUp(peer: Peer, message: string): void {
    this.#ports.hangUp(`hung up on ${peer}: ${message}`);
    if (peer === PARENT) this.uplink?.current?.close('child');
    else this.#down.get(peer)?.close('parent');
  }

  /** The machine goes down, and all its connections with it. */
  dropAll(): void {
    this.uplink?.current?.close('child');
    for (const connection of [...this.#down.values(), ...this.#challenged]) connection.close('parent');
    this.#down.clear();
    this.#challenged.clear();
  }
}
