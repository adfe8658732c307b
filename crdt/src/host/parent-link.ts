/**
 * Parent link: the child's end. It connects, proves who it is, and comes back by
 * itself after every cut, with growing and jittered pauses (L5).
 */
import { PARENT } from '../replica/out.ts';
import type { Challenge, Frame, Refuse } from '../wire/frames.ts';
import { CHANNELS, PROTOCOL } from '../wire/negotiate.ts';
import type { Engine } from './engine.ts';
import type { Machine } from './machine.ts';
import { helloProof, type Signer } from './proofs.ts';

/** One socket to the parent, bounded in both directions and watched for silence (L5, L7). */
export interface LinkConnection {
  send(frame: Frame): void;
  /** Closes without a word, as a process that ends does. */
  end(): void;
  /** Bytes that wait for a slow peer. */
  readonly waitingBytes: number;
}

export interface ConnectionEvents {
  frame(frame: Frame): void;
  closed(why: string): void;
}

export interface ParentLinkPorts {
  readonly engine: Engine;
  readonly identity: Signer;
  readonly wantsLevels: boolean;
  readonly machine: Machine;
  /** For a person who asks. */
  readonly url: string;
  /** Opens a socket. @throws Error with why it cannot be tried now */
  connect(events: ConnectionEvents): LinkConnection;
  catalogueVersion(): number;
  /** Frames of the channels that the core does not know, and levels. */
  frame(frame: Frame): void;
  changed(state: ParentLinkState, why: string): void;
}

export type ParentLinkState = 'down' | 'connecting' | 'up';

export interface ParentLinkTimes {
  readonly retryMsMin: number;
  readonly retryMsMax: number;
  /** From the start of a connection to `welcome`. */
  readonly handshakeMs: number;
}

export const PARENT_LINK_TIMES: ParentLinkTimes = { retryMsMin: 100, retryMsMax: 10_000, handshakeMs: 5_000 };

const STOPPED = 'taken down here on purpose';

export class ParentLink {
  readonly #ports: ParentLinkPorts;
  readonly #times: ParentLinkTimes;
  #connection: LinkConnection | undefined;
  #state: ParentLinkState = 'down';
  #attempt = 0;
  #stopTimer: () => void = () => {};
  #isStopped = true;
  #isRetired = false;
  /** What both ends of this session speak. */
  #channels: ReadonlySet<string> = new Set();
  #why = 'not started';
  /** Where it says hello, or has said it: what the welcome answers is known by what the one hello named. */
  #introduced: LinkConnection | undefined;
  #refusal: string | undefined;
  framesSent = 0;

  constructor(ports: ParentLinkPorts, times = PARENT_LINK_TIMES) {
    this.#ports = ports;
    this.#times = times;
  }

  get state(): ParentLinkState {
    return this.#state;
  }

  /** What whoever owns this link asked of it. */
  get wanted(): 'up' | 'down' {
    return this.#isStopped ? 'down' : 'up';
  }

  /** What happened last: for a person who asks why it is down. */
  get why(): string {
    return this.#why;
  }

  /** The parent said so when it was asked last, and is not asked again. */
  get isRetired(): boolean {
    return this.#isRetired;
  }

  start(): void {
    if (!this.#isStopped) return;
    this.#isStopped = false;
    this.#isRetired = false;
    this.#attempt = 0;
    this.#connect();
  }

  stop(): void {
    this.#isStopped = true;
    this.#stopTimer();
    if (this.#connection === undefined) this.#set('down', STOPPED);
    else this.#connection.end();
  }

  /** The session is over by our own word: a new writer says hello at once. */
  restart(): void {
    this.#attempt = 0;
    this.#connection?.end();
  }

  send(frame: Frame): void {
    this.framesSent += 1;
    this.#connection?.send(frame);
  }

  /** Whether frames of a channel can be sent now, and no more bytes than that wait in front of them. */
  takes(channel: string, waitingBytesMax: number): boolean {
    const { waitingBytes = Number.POSITIVE_INFINITY } = this.#connection ?? {};
    return this.#state === 'up' && this.#channels.has(channel) && waitingBytes <= waitingBytesMax;
  }

  #connect(): void {
    if (this.#isStopped) return;
    this.#refusal = undefined;
    // Why it is down stays readable while it is tried again and again.
    this.#set('connecting', this.#attempt === 0 ? `connecting to ${this.#ports.url}` : this.#why);
    let connection: LinkConnection;
    try {
      connection = this.#ports.connect({
        frame: (frame) => {
          if (this.#connection === connection) this.#frame(frame, connection);
        },
        closed: (why) => {
          if (this.#connection === connection) this.#down(why);
        },
      });
    } catch (error) {
      return this.#down((error as Error).message);
    }
    this.#connection = connection;
    this.#stopTimer = this.#ports.machine.after(this.#times.handshakeMs, () => connection.end());
  }

  #frame(frame: Frame, connection: LinkConnection): void {
    const { engine } = this.#ports;
    switch (frame.kind) {
      case 'challenge':
        // Asked once more it would name what came since, which a welcome on its way was not held against (seed 13007971).
        if (this.#introduced === connection) return;
        this.#introduced = connection;
        // What goes wrong on the way is a link that did not come up: it is tried again.
        this.#introduce(frame, connection).catch(() => connection.end());
        return;
      case 'welcome':
        this.#stopTimer();
        this.#attempt = 0;
        this.#channels = new Set(frame.channels.map(({ name }) => name));
        engine.run((replica, now) => replica.linkUp(frame, now));
        this.#set('up', 'welcome');
        return;
      case 'refuse':
        this.#refused(frame);
        return;
      case 'ack':
      case 'cells':
      case 'recalls':
      case 'denied':
      case 'former':
        engine.frame(PARENT, frame);
        return;
      default:
        this.#ports.frame(frame);
    }
  }

  /** Says hello, signed; a first life begins with it. */
  async #introduce(
    { nonce, parent, writer: parentWriter }: Challenge,
    connection: LinkConnection,
  ): Promise<void> {
    const { engine, identity, wantsLevels } = this.#ports;
    const writer = await engine.runDurably((replica, now) => {
      replica.beginLife(parentWriter, now);
      return replica.ledger.self.writer;
    });
    const signature = await identity.sign(helloProof(nonce, parent, { writer }));
    engine.run((replica) => {
      if (this.#connection !== connection) return;
      const hello = replica.uplink.hello();
      // Another life began in between: the next connection speaks for that one.
      if (hello.writer !== writer) return connection.end();
      replica.say(PARENT, {
        kind: 'hello',
        protocol: PROTOCOL,
        channels: CHANNELS,
        ...hello,
        replicaKind: replica.settings.kind,
        wantsLevels,
        catalogueVersion: this.#ports.catalogueVersion(),
        signature,
      });
    });
  }

  #refused(frame: Refuse): void {
    this.#refusal = `refused by the parent: ${frame.message}`;
    // Its id is never given again: nobody would ever let it in. Whoever knows better takes the link up by hand.
    if (frame.code === 'replica_retired') {
      this.#isRetired = true;
      this.#isStopped = true;
    }
    // A newer life exists, or this one was shut out: what is here goes on as a new writer (F1).
    if (frame.code === 'replica_fenced') {
      this.#ports.engine.run((replica, now) => replica.becomeNewWriter('superseded', now));
    }
  }

  #down(reason: string): void {
    const why = this.#refusal ?? (this.#isStopped ? STOPPED : reason);
    this.#stopTimer();
    const wasUp = this.#state === 'up';
    this.#connection = undefined;
    this.#set('down', why);
    if (wasUp) this.#ports.engine.run((replica, now) => replica.linkDown(now));
    if (this.#isStopped) return;
    const ceiling = Math.min(this.#times.retryMsMax, this.#times.retryMsMin * 2 ** this.#attempt);
    this.#attempt = Math.min(this.#attempt + 1, 30);
    const { machine } = this.#ports;
    this.#stopTimer = machine.after(ceiling * (0.5 + machine.random() / 2), () => this.#connect());
  }

  #set(state: ParentLinkState, why: string): void {
    this.#state = state;
    this.#why = why;
    this.#ports.changed(state, why);
  }
}
