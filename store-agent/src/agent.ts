/**
 * Agent: a durable replica for one place. A shop's till server, a warehouse's, a terminal's, and under its
 * doors a region's: a SQLite journal, one link up, links down, a catalogue copy, and commands in.
 */
import {
  type Answer,
  type Command,
  type LocationId,
  PARENT,
  type Peer,
  type PoolId,
  type Replica,
  type ReplicaId,
  type ReplicaSettings,
  type Writes,
} from '@tallystick/crdt';
import type { CallResult, Engine } from '@tallystick/crdt/host';
import type { CartFrame } from '@tallystick/crdt/wire';
import { Awaited } from './awaited.ts';
import type { Catalogue } from './catalogue/catalogue.ts';
import type { AgentConfig, AgentSettings } from './config.ts';
import { Disk, type OpenJournal } from './disk.ts';
import { countAnswer, figuresOf, newWorked, salesOf } from './figures.ts';
import { Host } from './host.ts';
import { factJson, orderJson } from './http/answers.ts';
import { statusJson } from './http/look-routes.ts';
import { Problem } from './http/problem.ts';
import type { Identity } from './identity.ts';
import type { Levels } from './levels/levels.ts';
import { createLog, type Log } from './log.ts';
import type { Figure } from './metrics.ts';
import { retireChild, takeBackFormer } from './retire.ts';
import { sellsFrom } from './sells-from.ts';
import { serveCall } from './serve-call.ts';
import { readParentTls } from './tls/parent-tls.ts';
import { doTogether, submitAtDoor } from './to-keeper.ts';
import { callInTrace } from './trace/call.ts';

/** How long a call to a keeper may take, all hops together. */
const KEEPER_WAIT_MS = 5_000;
/** Between two attempts to use a disk again that failed. */
const RECOVER_MS = 1_000;
const PRUNE_EVERY_MS = 3_600_000;
const SAVE_LEVELS_EVERY_MS = 1_000;

export class Agent {
  readonly id: ReplicaId;
  /** Where its files lie; what a door keeps of its own lies there too. */
  readonly dataDir: string;
  readonly location: LocationId | undefined;
  readonly parentUrl: string;
  readonly settings: AgentSettings;
  readonly catalogue: Catalogue;
  readonly identity: Identity;
  readonly levels: Levels;
  readonly host: Host;
  readonly log: Log;
  readonly #disk: Disk;
  #farCarts: { heard(frame: CartFrame): void; cut(): void } | undefined;
  #timers: NodeJS.Timeout[] = [];
  #recovering: NodeJS.Timeout | undefined;
  #lastFailure: string | undefined;
  readonly #awaited = new Awaited();
  readonly #worked = newWorked();
  /** As of a version of the catalogue: every order asks for it. */
  #sellsFrom: { readonly version: number; readonly ids: readonly LocationId[] } | undefined;

  /** @throws JournalError or ConfigError where the data folder cannot be used as it must be. */
  static open(config: AgentConfig, openJournal?: OpenJournal): Agent {
    const log = createLog(config.replica, config.logLevel);
    const disk = new Disk(config, log, openJournal);
    try {
      return new Agent(config, log, disk, disk.load());
    } catch (error) {
      disk.close();
      throw error;
    }
  }

  private constructor(config: AgentConfig, log: Log, disk: Disk, replica: Replica) {
    this.id = config.replica;
    this.location = config.location;
    this.dataDir = config.dataDir;
    this.parentUrl = config.parentUrl;
    this.settings = config.settings;
    this.log = log;
    this.#disk = disk;
    this.catalogue = disk.catalogue;
    this.levels = disk.levels;
    this.identity = disk.identity;
    this.host = new Host({
      id: config.replica,
      replica,
      journal: { commit: (writes) => disk.commit(writes, this.engine.replica) },
      catalogue: {
        version: () => this.catalogue.copy.version,
        since: (version, limit) => this.catalogue.since(version, limit),
        publicKeyOf: (replica) => this.catalogue.publicKeyOf(replica, this.id),
        parentOf: (replica) => this.catalogue.parentOf(replica),
        replica: (replica) => this.catalogue.replica(replica),
      },
      log: this.log,
      resendMs: config.settings.link.resendMs,
      handshakeMs: config.settings.times.handshakeMs,
      parent: {
        url: config.parentUrl,
        identity: disk.identity,
        times: config.settings.times,
        ...linkTlsOf(config),
      },
      serve: (body, _waitMs, from) => this.#serve(body, from),
      enrol: async (frame) => {
        const { replica, code } = frame;
        const publicKey = Buffer.from(frame.publicKey).toString('base64');
        const body = { call: 'enrol', replica, code, publicKey, parent: this.id };
        return enrolledFrame(await this.host.calls.call('authority' as ReplicaId, body, KEEPER_WAIT_MS));
      },
      onCatalogue: (frame) => {
        const isNew = this.catalogue.apply(frame, Date.now());
        if (isNew && frame.items.some(({ kind }) => kind === 'replica')) this.#registryChanged();
      },
      levels: this.levels,
      onCart: (frame) => this.#farCarts?.heard(frame),
      onCut: () => this.#farCarts?.cut(),
      onTurn: (writes) => this.#turned(writes),
      onFailure: (error) => this.#failed(error),
    });
  }

  /** Children may have been given away, or to this part of the tree (F3a). */
  #registryChanged(): void {
    this.engine.run((replica) => replica.moving.registryChanged());
    this.host.children.recheck();
  }

  #turned(writes: Writes): void {
    this.#worked.turns += 1;
    for (const run of writes.runs) this.#worked.entries += run.entries.length;
    this.#awaited.look();
  }

  get engine(): Engine {
    return this.host.engine;
  }

  start(): void {
    this.#registryChanged();
    this.host.start();
    let turns = 0;
    const witness = setInterval(() => {
      this.#disk.flushWitness();
      if (turns === this.#worked.turns) this.#disk.lengthenLog();
      turns = this.#worked.turns;
    }, 200);
    const prune = setInterval(() => void this.#prune(), PRUNE_EVERY_MS);
    const levels = setInterval(() => this.#disk.saveLevels(), SAVE_LEVELS_EVERY_MS);
    for (const timer of [witness, prune, levels]) timer.unref();
    this.#timers.push(witness, prune, levels);
  }

  /** D7: sales go on between the steps. */
  async #prune(): Promise<void> {
    try {
      while (this.engine.state === 'running' && this.#disk.pruneStep()) {
        await new Promise((resolve) => setImmediate(resolve));
      }
    } catch (error) {
      this.log.warn({ err: error }, 'the journal could not be pruned');
    }
  }

  /** D3: nothing is decided until the disk works again and was read anew. */
  #failed(error: unknown): void {
    this.#lastFailure = error instanceof Error ? error.message : String(error);
    this.log.error({ err: error }, 'the journal failed; nothing is sold until it works again');
    this.host.children.stop();
    this.host.parent?.restart();
    this.#recoverLater(error);
  }

  #recoverLater(failure: unknown): void {
    this.#recovering = setTimeout(() => this.#recover(failure), RECOVER_MS);
    this.#recovering.unref();
  }

  #recover(failure: unknown): void {
    try {
      this.#disk.mend(failure);
      this.engine.resume(this.#disk.load());
      this.#lastFailure = undefined;
      this.log.info('the journal works again');
      this.host.parent?.restart();
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      // A disk that stays full is said once, not every second.
      if (said !== this.#lastFailure) this.log.warn({ err: error }, 'the journal still cannot be used');
      this.#lastFailure = said;
      this.#recoverLater(failure);
    }
  }

  /** Resolves when something is true of this replica, or after so long; looked at after each turn. */
  when(isTrue: () => boolean, waitMs: number): Promise<void> {
    return this.#awaited.when(isTrue, waitMs);
  }

  async submit(command: Command): Promise<Answer> {
    const answer = await this.engine.submit(command);
    countAnswer(this.#worked, command, answer, performance.now());
    return answer;
  }

  call(target: ReplicaId, body: object, waitMs = KEEPER_WAIT_MS): Promise<CallResult> {
    return callInTrace(target, body, (asked) => this.host.calls.call(target, asked, waitMs));
  }

  /** Hears what other regions say of carts, and that the link is down: nothing more comes then of what was open. */
  hearCarts(farCarts: { heard(frame: CartFrame): void; cut(): void }): void {
    this.#farCarts = farCarts;
  }

  #serve(body: string, from: Peer | undefined): Promise<CallResult> {
    return serveCall(
      {
        log: this.log,
        // A region has looked already, and whoever asks through it.
        submit: (command) => (from === PARENT ? this.submit(command) : submitAtDoor(this, command)),
        submitTogether: (commands) => doTogether(this.engine, commands),
        fact: (answer) => factJson(this.engine.replica.ledger, answer),
        order: (id) => this.order(id),
        status: () => this.status(),
        // Only what comes down from the authority may shut a child out; a till cannot ask it of its shop.
        retire: async (request, isFormer) => {
          if (from === PARENT) return (isFormer ? takeBackFormer : retireChild)(this.engine, request);
          throw new Problem('forbidden', 'A replica is retired by the authority alone.');
        },
      },
      body,
    );
  }

  /** @param pointerOf where in the request one of them stands @throws Problem for a SKU or a place that nobody knows. */
  checkGoods(pools: readonly PoolId[], pointerOf?: (index: number) => string): void {
    for (const [i, pool] of pools.entries()) {
      const where = (field: string, message: string) =>
        pointerOf === undefined ? {} : { errors: [{ pointer: `${pointerOf(i)}/${field}`, message }] };
      const at = pool.lastIndexOf('@');
      const location = pool.slice(at + 1);
      if (this.catalogue.location(location) === undefined) {
        const message = `No location is called ${location}. Name one with locationId.`;
        throw new Problem('unknown_location', message, where('locationId', 'no location is called so'));
      }
      if (this.catalogue.product(pool.slice(0, at)) === undefined) {
        const message = `No product has SKU ${pool.slice(0, at)}.`;
        throw new Problem('unknown_sku', message, where('sku', 'no product has this SKU'));
      }
    }
  }

  /** Where lines without a location may come from: as configured, else this place, then every warehouse. */
  sellsFrom(): readonly LocationId[] {
    const { version } = this.catalogue.copy;
    if (this.#sellsFrom?.version !== version) {
      const { id, location, catalogue } = this;
      const { sourcing } = this.settings;
      const regionOf = (replica: ReplicaId) => catalogue.regionOf(replica);
      const ids = sellsFrom({ id, location, sourcing, locations: catalogue.locations, regionOf });
      this.#sellsFrom = { version, ids };
    }
    return this.#sellsFrom.ids;
  }

  /** Goods sold over this place's counter leave with the sale. A warehouse ships instead. */
  counter(): readonly LocationId[] {
    return this.location !== undefined && this.catalogue.location(this.location)?.kind === 'store'
      ? [this.location]
      : [];
  }

  /** @throws Problem where no such order is known here. */
  order(id: string) {
    const { ledger } = this.engine.replica;
    const entry = ledger.documentEntry('order', id);
    if (entry === undefined) throw new Problem('unknown_order', `No order ${id} is known at ${this.id}.`);
    return orderJson(ledger, entry);
  }

  status() {
    const hint = (pool: PoolId) => this.levels.at(pool)?.available;
    return { ...statusJson(this), sales: salesOf(this.#worked, hint, performance.now()) };
  }

  /** Why this replica cannot sell now; undefined when it can. */
  unready(): string | undefined {
    if (this.engine.state === 'failed')
      return `The journal cannot be written: ${this.#lastFailure ?? 'unknown'}`;
    if (this.engine.state === 'stopped') return 'It is shutting down.';
    if (this.host.parent?.isRetired === true) return this.host.parent.why;
    if (!this.engine.replica.ledger.hasLife) return 'It has never met its parent yet.';
    if (this.engine.replica.ledger.awaitsFormerLives) return 'It waits to hear what it did before.';
    if (this.catalogue.copy.version === 0) return 'It has no catalogue yet.';
    return undefined;
  }

  figures(): readonly Figure[] {
    return figuresOf(this, this.#worked);
  }

  /** Stops in order: no more input, the last turn durable, links closed, files closed. */
  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    clearTimeout(this.#recovering);
    await this.host.stop();
    this.#disk.close();
  }
}

function linkTlsOf({ dataDir, settings: { parentTls } }: AgentConfig) {
  return parentTls === undefined ? {} : { tls: () => readParentTls(dataDir, parentTls) };
}

function enrolledFrame(result: CallResult) {
  if (!result.ok) {
    const code = result.code === 'keeper_unreachable' ? 'authority_unreachable' : result.code;
    return { kind: 'refuse', code, message: result.message } as const;
  }
  const { kind, location } = result.value as { kind: ReplicaSettings['kind']; location: string | null };
  return { kind: 'enrolled', replicaKind: kind, location: location ?? '' } as const;
}
