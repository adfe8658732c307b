/**
 * Till host: a running replica in a page. The core's loop over the journal in IndexedDB, its link to the parent,
 * calls to keepers, and the catalogue that comes down.
 */
import {
  defaultSettings,
  type LocationId,
  PARENT,
  type Peer,
  Replica,
  type ReplicaId,
  replicaOf,
} from '@tallystick/crdt';
import {
  type CallResult,
  Calls,
  Engine,
  isPastImage,
  ParentLink,
  type ParentLinkState,
} from '@tallystick/crdt/host';
import { type Frame, hexOf } from '@tallystick/crdt/wire';
import { Cashiers } from './cashiers.ts';
import { TillCatalogue } from './catalogue.ts';
import { tillDatabase } from './database.ts';
import { type Device, isEnrolled, openDevice } from './device.ts';
import type { Database } from './indexed-db.ts';
import { hasRoom, IndexedJournal, StorageFailure } from './indexed-journal.ts';
import type { TillPorts } from './ports.ts';
import { Returns, type TakenBack } from './returns.ts';
import { sha256 } from './sha256.ts';
import { LinkSocket } from './socket.ts';
import { Witness } from './witness.ts';

export interface TillHostOptions {
  readonly id: string;
  readonly parent: string;
  readonly code?: string;
  readonly retentionDays?: number;
}

/** A dead line is noticed after at most two of these. */
const BEAT_MS = 4_000;
/** Between two attempts to use a storage again that failed. */
const MEND_MS = 1_000;
/** A shop's server is near: whoever waits for it at a till waits this long between two attempts at most. */
const LINK_TIMES = { retryMsMin: 100, retryMsMax: 5_000, handshakeMs: 5_000 };

/** D7: looked at while nobody waits for a start, and then now and then; between two steps sales go on. */
const PRUNE_AFTER_MS = 60_000;
const PRUNE_EVERY_MS = 3_600_000;
const PRUNE_PAUSE_MS = 100;
const RETENTION_DAYS = 30;
const DAY_MS = 86_400_000;

/** What was not relayed is lost with it, and shown at the parent until an operator retires the old life. */
const CLEARED = 'the browser cleared what this till had stored. Enrol it again, with a new code.';

/** Everything that is read from the database, together. */
interface Opened {
  readonly database: Database;
  readonly journal: IndexedJournal;
}

export class TillHost {
  readonly id: ReplicaId;
  readonly device: Device;
  readonly catalogue: TillCatalogue;
  readonly cashiers: Cashiers;
  readonly returns: Returns;
  readonly engine: Engine;
  readonly calls: Calls;
  readonly #options: TillHostOptions;
  readonly #ports: TillPorts;
  readonly #onChange: () => void;
  readonly #witness: Witness;
  readonly #link: ParentLink;
  #journal: IndexedJournal;
  #database: Database;
  #socket: LinkSocket | undefined;
  #stopBeat = () => {};
  #stopMending = () => {};
  #stopPruning = () => {};
  #pruning: Promise<void> = Promise.resolve();
  #isStopped = false;
  #taking: Promise<void> = Promise.resolve();
  /** Why nothing can be sold, while that is so. */
  failure: StorageFailure | undefined;

  /** @throws TallystickError `not_enrolled`; Error where what is stored contradicts itself */
  static async open(options: TillHostOptions, ports: TillPorts, onChange: () => void): Promise<TillHost> {
    const database = await tillDatabase(ports.databases, options.id);
    let host: TillHost | undefined;
    try {
      const device = await openDevice(database, options, ports);
      const journal = await IndexedJournal.open(database);
      const catalogue = await TillCatalogue.open(database);
      const returns = await Returns.open(database);
      const opened = { database, journal };
      host = new TillHost(options, ports, onChange, device, opened, catalogue, returns);
      await host.#endPastLife();
      host.#link.start();
      host.#beatLater();
      host.#pruneLater(PRUNE_AFTER_MS);
      return host;
    } catch (error) {
      // It would mend itself, and go on without the lock.
      if (host === undefined) database.close();
      else await host.stop();
      throw error;
    }
  }

  private constructor(
    options: TillHostOptions,
    ports: TillPorts,
    onChange: () => void,
    device: Device,
    { database, journal }: Opened,
    catalogue: TillCatalogue,
    returns: ReadonlyMap<string, TakenBack>,
  ) {
    this.id = options.id as ReplicaId;
    this.device = device;
    this.catalogue = catalogue;
    this.#options = options;
    this.#ports = ports;
    this.#onChange = onChange;
    this.#journal = journal;
    this.#database = database;
    this.cashiers = new Cashiers(catalogue, device.location, () => this.#database);
    this.returns = new Returns(returns, () => this.#database);
    this.#witness = new Witness(ports.witness, options.id);
    const { machine } = ports;
    this.engine = new Engine(
      this.#replica(),
      { commit: (writes) => this.#commit(writes) },
      {
        send: (_to, frame) => this.#link.send(frame),
        hangUp: () => this.#link.restart(),
        newLife: () => {},
        failed: (error) => this.#failed(error),
        ended: onChange,
      },
      machine,
    );
    this.calls = new Calls({
      after: machine.after,
      self: this.id,
      route: () => (this.#link.state === 'up' ? PARENT : undefined),
      send: (_to, frame) => this.#link.send(frame),
      serve: (body, _waitMs, from) => this.#serve(body, from),
    });
    this.#link = new ParentLink(
      {
        url: options.parent,
        engine: this.engine,
        identity: device.key,
        machine,
        wantsLevels: false,
        connect: (events) => {
          this.#socket = new LinkSocket(options.parent, ports.webSocket, events);
          return this.#socket;
        },
        catalogueVersion: () => catalogue.version,
        frame: (frame) => this.#fromParent(frame),
        changed: (state) => {
          if (state === 'down') this.calls.peerDown(PARENT);
          onChange();
        },
      },
      LINK_TIMES,
    );
  }

  #replica(): Replica {
    const { kind } = this.device;
    return new Replica(defaultSettings(this.id, kind), this.#journal.load(), this.#journal.view, {
      sha256,
      nonce: () => hexOf(crypto.getRandomValues(new Uint8Array(16))),
      directory: this.catalogue,
    });
  }

  get journal(): IndexedJournal {
    return this.#journal;
  }

  get link(): { readonly state: ParentLinkState; readonly why: string } {
    return this.#link;
  }

  get location(): LocationId | undefined {
    return this.device.location === '' ? undefined : (this.device.location as LocationId);
  }

  /** F1: a journal that is older than its witness was put back; it goes on as a new writer, without rights. */
  async #endPastLife(): Promise<void> {
    const { replica } = this.engine;
    if (!replica.ledger.hasLife) return;
    const { writer, head } = replica.ledger.self;
    const { seq, hash } = head;
    const isPast = isPastImage(this.#witness.read(), { writer, seq, hash }, (of, at) =>
      this.#journal.view.hashAt(of, at),
    );
    if (isPast) await this.engine.runDurably((one, now) => one.becomeNewWriter('rollback', now));
  }

  async #commit(writes: Parameters<IndexedJournal['commit']>[0]): Promise<'committed'> {
    await this.#journal.commit(writes);
    const { writer, head } = this.engine.replica.ledger.self;
    this.#witness.note({ writer, seq: head.seq, hash: head.hash });
    return 'committed';
  }

  /** D3: nothing is decided until the storage works again and was read anew. */
  #failed(error: unknown): void {
    this.failure = error instanceof StorageFailure ? error : new StorageFailure('broken', error);
    this.#link.restart();
    this.#mendLater();
    this.#onChange();
  }

  #mendLater(): void {
    this.#stopMending = this.#ports.machine.after(MEND_MS, () => {
      this.#mend().catch(() => this.#mendLater());
    });
  }

  async #mend(): Promise<void> {
    const database = await tillDatabase(this.#ports.databases, this.#options.id);
    try {
      const journal = await this.#reread(database);
      if (journal === undefined || this.#isStopped) return database.close();
      this.#goOn({ database, journal });
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /** A long journal is not read each second while there is no room. @returns undefined where it cannot go on, or not yet */
  async #reread(database: Database): Promise<IndexedJournal | undefined> {
    if (this.#isStopped) return undefined;
    if (!(await isEnrolled(database))) {
      // A key that is in memory alone would begin a life that no reload goes on with.
      this.failure = new StorageFailure('broken', CLEARED);
      this.#onChange();
      return undefined;
    }
    if (await hasRoom(database)) return IndexedJournal.open(database);
    this.#mendLater();
    return undefined;
  }

  #goOn({ database, journal }: Opened): void {
    this.#journal.close();
    this.#journal = journal;
    this.#database = database;
    this.catalogue.reopened(database);
    this.failure = undefined;
    this.engine.resume(this.#replica());
    this.#link.restart();
    this.#onChange();
  }

  #pruneLater(delayMs: number): void {
    this.#stopPruning = this.#ports.machine.after(delayMs, () => {
      this.#pruning = this.#prune().then((more) => {
        if (!this.#isStopped) this.#pruneLater(more ? PRUNE_PAUSE_MS : PRUNE_EVERY_MS);
      });
    });
  }

  /** D7: what the authority has settled long ago is let go of. @returns whether there is more */
  async #prune(): Promise<boolean> {
    if (this.failure !== undefined) return false;
    const retentionMs = (this.#options.retentionDays ?? RETENTION_DAYS) * DAY_MS;
    const nowMs = this.#ports.machine.now().wallMs;
    // A storage that does not take it is told of by the next sale, which mends it.
    return this.#journal.prune({ nowMs, retentionMs }).then(
      ({ entries, more }) => {
        if (entries > 0) this.#onChange();
        return more;
      },
      () => false,
    );
  }

  #fromParent(frame: Frame): void {
    switch (frame.kind) {
      case 'call':
        return this.calls.onCall(PARENT, frame);
      case 'reply':
        return this.calls.onReply(PARENT, frame);
      case 'catalogue':
        // One after the other; what could not be stored is not confirmed, and the parent says it again.
        this.#taking = this.#taking
          .then(() => this.catalogue.apply(frame, this.#ports.machine.now().wallMs))
          .then(
            () => {
              this.#link.send({ kind: 'catalogue-seen', version: this.catalogue.version });
              this.#onChange();
            },
            () => {},
          );
        return;
      default:
      // Levels and carts are no till's.
    }
  }

  async #serve(_body: string, _from: Peer | undefined): Promise<CallResult> {
    return {
      ok: false,
      code: 'owner_unreachable',
      message: `${this.id} is a till in a browser: ask its cashier.`,
    };
  }

  /** A page cannot ping, and a line that died says nothing: so the parent is called, and any answer will do. */
  #beatLater(): void {
    this.#stopBeat = this.#ports.machine.after(BEAT_MS, () => {
      this.#beatLater();
      const socket = this.#socket;
      const parent = this.engine.replica.uplink.parent;
      if (socket === undefined || parent === undefined || this.#link.state !== 'up') return;
      if (!socket.heard) return this.#link.restart();
      socket.heard = false;
      void this.calls.call(replicaOf(parent), { call: 'ping' }, BEAT_MS);
    });
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stopBeat();
    this.#stopMending();
    this.#stopPruning();
    await this.#pruning;
    await this.engine.stop();
    this.#link.stop();
    await this.#taking;
    this.#journal.close();
  }
}
