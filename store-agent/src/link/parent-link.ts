/**
 * Parent link: the child's end. It connects, proves who it is, and comes back by
 * itself after every cut, with growing and jittered pauses (L5).
 */
import { PARENT } from '@tallystick/crdt';
import { CHANNELS, type Frame, type Hello, PROTOCOL, type Refuse } from '@tallystick/crdt/wire';
import { WebSocket } from 'ws';
import type { Engine } from '../engine.ts';
import { helloProof, type Identity } from '../identity.ts';
import type { LinkTls } from '../tls/parent-tls.ts';
import { Connection, WS_OPTIONS } from './connection.ts';

export interface ParentLinkPorts {
  readonly engine: Engine;
  readonly identity: Identity;
  readonly wantsLevels: boolean;
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
  readonly #url: string;
  readonly #ports: ParentLinkPorts;
  readonly #times: ParentLinkTimes;
  readonly #random: () => number;
  readonly #tls: () => LinkTls | undefined;
  #connection: Connection | undefined;
  #state: ParentLinkState = 'down';
  #attempt = 0;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = true;
  /** What both ends of this session speak. */
  #channels: ReadonlySet<string> = new Set();
  #why = 'not started';
  #refusal: string | undefined;
  framesSent = 0;

  constructor(
    url: string,
    ports: ParentLinkPorts,
    times = PARENT_LINK_TIMES,
    tls: () => LinkTls | undefined = () => undefined,
    random = Math.random,
  ) {
    this.#url = url;
    this.#tls = tls;
    this.#ports = ports;
    this.#times = times;
    this.#random = random;
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

  start(): void {
    if (!this.#isStopped) return;
    this.#isStopped = false;
    this.#attempt = 0;
    this.#connect();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
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
    this.#set('connecting', this.#attempt === 0 ? `connecting to ${this.#url}` : this.#why);
    let tls: LinkTls | undefined;
    try {
      tls = this.#tls();
    } catch (error) {
      return this.#down((error as Error).message);
    }
    const socket = new WebSocket(this.#url, {
      ...WS_OPTIONS,
      ...tls,
      handshakeTimeout: this.#times.handshakeMs,
    });
    const connection = new Connection(socket, {
      frame: (frame) => {
        if (this.#connection === connection) this.#frame(frame);
      },
      closed: (why) => {
        if (this.#connection === connection) this.#down(why);
      },
    });
    this.#connection = connection;
    this.#timer = setTimeout(() => connection.end(), this.#times.handshakeMs);
  }

  #frame(frame: Frame): void {
    const { engine } = this.#ports;
    switch (frame.kind) {
      case 'challenge':
        engine.run((replica, now) => {
          replica.beginLife(frame.writer, now);
          const hello: Hello = {
            kind: 'hello',
            protocol: PROTOCOL,
            channels: CHANNELS,
            ...replica.uplink.hello(),
            replicaKind: replica.settings.kind,
            wantsLevels: this.#ports.wantsLevels,
            catalogueVersion: this.#ports.catalogueVersion(),
            signature: new Uint8Array(0),
          };
          const proof = helloProof(frame.nonce, frame.parent, hello);
          replica.say(PARENT, { ...hello, signature: this.#ports.identity.sign(proof) });
        });
        return;
      case 'welcome':
        clearTimeout(this.#timer);
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

  #refused(frame: Refuse): void {
    this.#refusal = `refused by the parent: ${frame.message}`;
    // A newer life exists, or this one was shut out: what is here goes on as a new writer (F1).
    if (frame.code === 'replica_fenced') {
      this.#ports.engine.run((replica, now) => replica.becomeNewWriter('superseded', now));
    }
  }

  #down(reason: string): void {
    const why = this.#refusal ?? (this.#isStopped ? STOPPED : reason);
    clearTimeout(this.#timer);
    const wasUp = this.#state === 'up';
    this.#connection = undefined;
    this.#set('down', why);
    if (wasUp) this.#ports.engine.run((replica, now) => replica.linkDown(now));
    if (this.#isStopped) return;
    const ceiling = Math.min(this.#times.retryMsMax, this.#times.retryMsMin * 2 ** this.#attempt);
    this.#attempt = Math.min(this.#attempt + 1, 30);
    this.#timer = setTimeout(() => this.#connect(), ceiling * (0.5 + this.#random() / 2));
  }

  #set(state: ParentLinkState, why: string): void {
    this.#state = state;
    this.#why = why;
    this.#ports.changed(state, why);
  }
}
