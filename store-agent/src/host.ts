/**
 * Host: one running replica. It ties the engine to its links: the parent above, the
 * children below, calls passed along, and the catalogue handed down.
 *
 * A store agent, a terminal, a region and the authority are all hosts; they differ in
 * where the journal lives and in which doors they open.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { PARENT, type Peer, type Replica, type ReplicaId, type Writes } from '@tallystick/crdt';
import {
  type CallResult,
  Calls,
  Engine,
  type EngineEvents,
  type Machine,
  ParentLink,
  type ParentLinkState,
  type ParentLinkTimes,
  type TurnJournal,
} from '@tallystick/crdt/host';
import type { CartFrame, Enrol, Frame } from '@tallystick/crdt/wire';
import { WebSocket } from 'ws';
import { CatalogueFeed } from './catalogue/feed.ts';
import { itemForChild } from './catalogue/items.ts';
import type { CatalogueSource } from './catalogue/source.ts';
import type { Identity } from './identity.ts';
import {
  LEVELS_EVERY_MS,
  LEVELS_HEADER,
  LEVELS_KEPT,
  LEVELS_WAITING_BYTES_MAX,
  LevelRelay,
} from './levels/level-relay.ts';
import type { Levels } from './levels/levels.ts';
import { CARTS_WAITING_BYTES_MAX, CartRelay } from './link/cart-relay.ts';
import { mayAsk } from './link/child-calls.ts';
import { ChildLinks } from './link/child-links.ts';
import { Connection, WS_OPTIONS } from './link/connection.ts';
import { TurnedAway } from './link/turned-away.ts';
import type { Log } from './log.ts';
import { nodeMachine } from './machine.ts';
import type { LinkTls } from './tls/parent-tls.ts';

const ROOT = 'authority' as ReplicaId;

export interface HostOptions {
  readonly id: ReplicaId;
  readonly replica: Replica;
  readonly journal: TurnJournal;
  readonly catalogue: CatalogueSource;
  /** What was heard of levels from above; undefined at the root, where the core itself tells of them. */
  readonly levels?: Levels;
  readonly log: Log;
  readonly resendMs: number;
  /** How long a stranger at the link's door may take to prove who it is. */
  readonly handshakeMs?: number;
  readonly parent?: {
    readonly url: string;
    readonly identity: Identity;
    readonly times: ParentLinkTimes;
    readonly tls?: () => LinkTls | undefined;
  };
  /** `from` is the hop that a call came by; undefined where it was made here. */
  readonly serve: (body: string, waitMs: number, from: Peer | undefined) => Promise<CallResult>;
  readonly enrol: (frame: Enrol) => Promise<Frame>;
  /** Frames from the parent for others than the core. */
  readonly onCatalogue?: (frame: Extract<Frame, { kind: 'catalogue' }>) => void;
  readonly onCart?: (frame: CartFrame) => void;
  /** The parent's link went down, and with it whatever has no memory. */
  readonly onCut?: () => void;
  readonly onTurn?: (writes: Writes) => void;
  readonly onRefused?: EngineEvents['refused'];
  readonly onFailure: (error: unknown) => void;
}

export class Host {
  readonly id: ReplicaId;
  readonly engine: Engine;
  readonly calls: Calls;
  readonly children: ChildLinks;
  readonly parent: ParentLink | undefined;
  readonly #feed: CatalogueFeed;
  readonly #cartRelay: CartRelay;
  readonly #levelRelay: LevelRelay;
  readonly #options: HostOptions;
  readonly #machine: Machine = nodeMachine();
  #timers: NodeJS.Timeout[] = [];
  #isFeeding = false;
  #hasHeardLevels = false;
  #parentNews = '';

  constructor(options: HostOptions) {
    this.#options = options;
    const { id, log } = options;
    this.id = id;
    const events: EngineEvents = {
      send: (to, frame) => this.#send(to, frame),
      hangUp: (peer, message) => {
        log.warn({ peer, message }, 'ending a session');
        if (peer === PARENT) this.parent?.restart();
        else this.children.hangUp(peer, 'malformed_frame', message);
      },
      newLife: () => log.warn({ writer: this.engine.replica.ledger.self.writer }, 'going on as a new writer'),
      failed: options.onFailure,
      ...(options.onTurn && { turned: options.onTurn }),
      ...(options.onRefused && { refused: options.onRefused }),
    };
    this.engine = new Engine(options.replica, options.journal, events, this.#machine);
    this.calls = new Calls({
      after: this.#machine.after,
      self: id,
      route: (target) => this.#route(target),
      send: (to, frame) => this.#send(to, frame),
      serve: (body, waitMs, from) =>
        options.serve(body, waitMs, from).catch((error: unknown) => {
          log.error({ err: error }, 'a call failed');
          return {
            ok: false,
            code: 'internal',
            message: 'Something went wrong there. It was logged; try again.',
          };
        }),
    });
    const turnedAway = new TurnedAway(log, () => performance.now());
    this.children = new ChildLinks({
      self: id,
      engine: this.engine,
      handshakeMs: options.handshakeMs,
      publicKey: (replica) => options.catalogue.publicKeyOf(replica),
      isRetired: (replica) => options.catalogue.replica(replica)?.status === 'retired',
      parentOf: (replica) => options.catalogue.parentOf(replica),
      enrol: async (frame) => {
        try {
          return await options.enrol(frame);
        } catch (error) {
          log.error({ err: error, replica: frame.replica }, 'enrolling failed');
          throw error;
        }
      },
      opened: (replica, hello, keepsLevels) => {
        log.info({ child: replica, writer: hello.writer }, 'child connected');
        this.#feed.opened(replica, hello.catalogueVersion);
        if (hello.wantsLevels) this.#levelRelay.opened(replica, keepsLevels);
        if (hello.catalogueVersion > options.catalogue.version())
          options.catalogue.behind?.(hello.catalogueVersion);
        this.feedCatalogue();
      },
      frame: (from, frame) => this.#fromChild(from, frame),
      closed: (replica, why, arrivedBeforeMs) => {
        log.info({ child: replica, why }, 'child disconnected');
        this.#feed.closed(replica);
        this.#levelRelay.closed(replica, arrivedBeforeMs);
        this.#cartRelay.gone(replica);
        this.calls.peerDown(replica);
      },
      refused: (...said) => turnedAway.say(...said),
    });
    this.#feed = new CatalogueFeed(
      {
        version: () => options.catalogue.version(),
        since: (version, limit) => options.catalogue.since(version, limit),
        send: (to, frame) => this.children.send(to, frame),
        forChild: (child, item) => itemForChild(item, options.catalogue.replica(child)),
      },
      options.resendMs,
    );
    this.#cartRelay = new CartRelay({
      takes: (region) =>
        this.#isRegion(region) && this.children.takes(region, 'carts', CARTS_WAITING_BYTES_MAX),
      send: (to, frame) => this.children.send(to, frame),
      regions: () => this.children.up,
    });
    this.#levelRelay = new LevelRelay({
      levels: options.levels,
      nowMs: () => Date.now(),
      monotonicMs: () => performance.now(),
      takes: (child) => this.children.takes(child, 'stock', LEVELS_WAITING_BYTES_MAX),
      arrivedBeforeMs: (child) => this.children.arrivedBeforeMs(child),
      send: (to, frame) => this.children.send(to, frame),
    });
    this.parent = options.parent && this.#parentLink(options.parent);
  }

  #parentLink(parent: NonNullable<HostOptions['parent']>): ParentLink {
    const { log, catalogue } = this.#options;
    return new ParentLink(
      {
        url: parent.url,
        machine: this.#machine,
        connect: (events) => {
          const { handshakeMs: handshakeTimeout } = parent.times;
          const headers = this.#hasHeardLevels ? { [LEVELS_HEADER]: LEVELS_KEPT } : {};
          const options = { ...WS_OPTIONS, ...parent.tls?.(), handshakeTimeout, headers };
          const socket = new WebSocket(parent.url, options);
          return new Connection(socket, events);
        },
        engine: this.engine,
        identity: parent.identity,
        wantsLevels: true,
        catalogueVersion: () => catalogue.version(),
        frame: (frame) => this.#fromParent(frame),
        changed: (state: ParentLinkState, why: string) => {
          if (state === 'down') {
            this.calls.peerDown(PARENT);
            this.#options.onCut?.();
          }
          // A long outage is said once, not at every attempt.
          const news = state === 'connecting' ? this.#parentNews : `${state}: ${why}`;
          if (news !== this.#parentNews) log.info({ state, why }, 'parent link');
          this.#parentNews = news;
        },
      },
      parent.times,
    );
  }

  /** A frame of a live cart, to another region. @returns false where the link does not take it now */
  sendCart(frame: CartFrame): boolean {
    if (this.parent?.takes('carts', CARTS_WAITING_BYTES_MAX) !== true) return false;
    this.parent.send(frame);
    return true;
  }

  start(): void {
    this.parent?.start();
    // What the feed lost on the way is told again; new items do not wait for this.
    const feed = setInterval(() => this.feedCatalogue(), this.#options.resendMs);
    const levels = setInterval(() => this.#levelRelay.send(), LEVELS_EVERY_MS);
    for (const timer of [feed, levels]) timer.unref();
    this.#timers.push(feed, levels);
  }

  /** Takes a socket that somebody opened at this replica's link door, with these headers. */
  accept(socket: WebSocket, headers: IncomingHttpHeaders): void {
    this.children.accept(socket, headers[LEVELS_HEADER] === LEVELS_KEPT);
  }

  /** Tells children what they lack of the catalogue. */
  feedCatalogue(): void {
    if (this.#isFeeding) return;
    this.#isFeeding = true;
    this.#feed
      .evaluate(this.engine.now().monotonicMs)
      .catch((error: unknown) => this.#options.log.warn({ err: error }, 'the catalogue could not be read'))
      .finally(() => {
        this.#isFeeding = false;
      });
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.engine.stop();
    this.parent?.stop();
    this.children.stop();
  }

  #isRegion(replica: ReplicaId): boolean {
    return this.#options.catalogue.replica(replica)?.kind === 'region';
  }

  #route(target: ReplicaId): Peer | undefined {
    const child = this.engine.replica.hub.routeTo(target);
    if (child !== undefined && this.children.isUp(child)) return child;
    return this.parent?.state === 'up' ? PARENT : undefined;
  }

  #send(to: Peer, frame: Frame): void {
    if (to === PARENT) this.parent?.send(frame);
    else this.children.send(to, frame);
  }

  #fromParent(frame: Frame): void {
    switch (frame.kind) {
      case 'call':
        this.calls.onCall(PARENT, frame);
        return;
      case 'reply':
        this.calls.onReply(PARENT, frame);
        return;
      case 'catalogue':
        this.#takeCatalogue(frame);
        return;
      case 'levels':
        this.#hasHeardLevels = true;
        this.#levelRelay.changed(this.#options.levels?.apply(frame) ?? []);
        return;
      case 'cart-open':
      case 'cart-said':
      case 'cart-ended':
        if (frame.to === this.id) this.#options.onCart?.(frame);
        return;
      default:
        this.#options.log.warn({ kind: frame.kind }, 'unexpected frame from the parent');
    }
  }

  /** What cannot be stored or read now is not confirmed: the parent says it again. */
  #takeCatalogue(frame: Extract<Frame, { kind: 'catalogue' }>): void {
    try {
      this.#options.onCatalogue?.(frame);
    } catch (error) {
      this.#options.log.error({ err: error }, 'a part of the catalogue could not be taken in');
      return;
    }
    this.parent?.send({ kind: 'catalogue-seen', version: this.#options.catalogue.version() });
    this.feedCatalogue();
  }

  #fromChild(from: ReplicaId, frame: Frame): void {
    switch (frame.kind) {
      case 'call':
        if (!mayAsk(frame.target === ROOT, frame.body, this.#isRegion(from))) {
          this.#options.log.warn({ child: from }, 'a child asked for what it may not ask');
          this.calls.refuse(
            from,
            frame,
            'forbidden',
            'This is not for a child to ask, or only for a region.',
          );
        } else this.calls.onCall(from, frame);
        return;
      case 'reply':
        this.calls.onReply(from, frame);
        return;
      case 'cart-open':
      case 'cart-said':
      case 'cart-ended':
        // In its own name alone, and only a region has carts.
        if (frame.from === from && this.parent === undefined && this.#isRegion(from))
          this.#cartRelay.pass(frame);
        else this.children.hangUp(from, 'malformed_frame', 'These carts are not yours to speak for.');
        return;
      case 'catalogue-seen':
        this.#feed.seen(from, frame.version);
        this.feedCatalogue();
        return;
      default:
        this.children.hangUp(from, 'malformed_frame', `A child does not send ${frame.kind}.`);
    }
  }
}
