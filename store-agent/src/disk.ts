/**
 * Disk: everything that a replica keeps in its data folder, opened together and closed
 * together: the journal with its witness, the copies of catalogue and levels, the key.
 *
 * After a full disk the journal stays open, so that reading goes on (D3); after any
 * other failure it is opened anew and compared.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Directory,
  defaultSettings,
  Replica,
  type ReplicaSettings,
  replicaOf,
  type Writes,
} from '@tallystick/crdt';
import { Catalogue } from './catalogue/catalogue.ts';
import type { AgentConfig } from './config.ts';
import { type Identity, openIdentity, readIdentity } from './identity.ts';
import { asJournalError, JournalError, onDisk } from './journal/errors.ts';
import { JOURNAL_FILE } from './journal/files.ts';
import { SqliteJournal } from './journal/journal.ts';
import { makeFolder } from './journal/make-folder.ts';
import { sha256 } from './journal/runs.ts';
import { Witness } from './journal/witness.ts';
import { LevelFile } from './levels/level-file.ts';
import { Levels } from './levels/levels.ts';
import type { Log } from './log.ts';

export type OpenJournal = (folder: string) => SqliteJournal;

const DAY_MS = 86_400_000;

export class Disk {
  readonly catalogue: Catalogue;
  readonly levels = new Levels();
  readonly identity: Identity;
  readonly #config: AgentConfig;
  readonly #log: Log;
  readonly #openJournal: OpenJournal;
  readonly #witness: Witness;
  readonly #levelFile: LevelFile;
  #journal: SqliteJournal;
  #isLogLong = false;

  /** @throws JournalError or ConfigError where the data folder cannot be used as it must be. */
  constructor(
    config: AgentConfig,
    log: Log,
    openJournal: OpenJournal = (folder) => SqliteJournal.open({ folder }),
  ) {
    const { dataDir } = config;
    this.#config = config;
    this.#log = log;
    this.#openJournal = openJournal;
    onDisk(dataDir, () => makeFolder(dataDir));
    const hadJournal = existsSync(join(dataDir, JOURNAL_FILE));
    // First, for its lock: no second process of this replica comes any further.
    this.#journal = openJournal(dataDir);
    const opened: { close(): void }[] = [this.#journal];
    try {
      this.catalogue = new Catalogue(join(dataDir, 'catalogue.db'));
      opened.push(this.catalogue);
      this.#levelFile = new LevelFile(join(dataDir, 'levels.db'), this.levels, log);
      opened.push(this.#levelFile);
      this.#witness = Witness.open(join(dataDir, 'witness'));
      opened.push(this.#witness);
      const key = join(dataDir, 'identity.pem');
      this.identity = hadJournal ? readIdentity(key) : openIdentity(key);
    } catch (error) {
      for (const part of opened) part.close();
      throw error;
    }
  }

  /** The replica as the disk has it. Where that is the past, it goes on as a new writer (F1). */
  load(): Replica {
    const stored = this.#journal.load();
    for (const alarm of stored.alarms) this.#log.error(alarm, 'the journal contradicts itself');
    if (stored.alarms.length > 0) {
      throw new JournalError(
        'corrupt',
        `The journal in ${this.#config.dataDir} contradicts itself. Run verify, then restore a backup.`,
      );
    }
    const { self } = stored;
    if (self !== null && replicaOf(self) !== this.#config.replica) {
      throw new JournalError(
        'unsafe',
        `The journal in ${this.#config.dataDir} is ${replicaOf(self)}'s, and its agent.json says ${this.#config.replica}. ` +
          'Put back the one that belongs to the other.',
      );
    }
    const { view } = this.#journal;
    const replica = new Replica(replicaSettings(this.#config), stored, view, {
      sha256,
      nonce: () => randomBytes(16).toString('hex'),
      directory: directoryOf(this.catalogue, this.levels),
    });
    const isPast =
      this.#witness.compare(this.#journal.head(), (writer, seq) => view.hashAt(writer, seq)) === 'ahead';
    if ((isPast || stored.wasRestored) && replica.ledger.hasLife) {
      this.#log.warn({ isPast, wasRestored: stored.wasRestored }, 'this journal is an image of the past');
      const now = { wallMs: Date.now(), monotonicMs: 0, bootId: '0'.repeat(32) };
      replica.becomeNewWriter('rollback', now);
      const writes = replica.endTurn(now);
      if (writes !== undefined) this.#journal.commit(writes);
      replica.keep(now);
    }
    return replica;
  }

  /** Makes a turn durable, and the witness sees where the chain stands then. @throws JournalError */
  commit(writes: Writes, replica: Replica): 'committed' {
    this.#journal.commit(writes);
    const { writer, head } = replica.ledger.self;
    this.#witness.note(writer, head.seq, head.hash);
    // The turn is durable whatever becomes of the witness: nobody may be told otherwise.
    this.flushWitness();
    return 'committed';
  }

  /** A witness that cannot be written is said, and tried again: the journal itself is whole. */
  flushWitness(): void {
    try {
      this.#witness.flushIfDue(performance.now());
    } catch (error) {
      this.#log.warn({ err: error }, 'the witness could not be written');
    }
  }

  saveLevels(): void {
    this.#levelFile.save();
  }

  /** For a moment in which nobody sells: a commit into a log of its full length is quicker. */
  lengthenLog(): void {
    if (this.#isLogLong) return;
    try {
      this.#isLogLong = this.#journal.lengthenLog();
    } catch (error) {
      // Selling does not need it.
      this.#isLogLong = true;
      this.#log.warn({ err: error }, 'the log could not be lengthened');
    }
  }

  /**
   * After a failure: makes the journal usable again, if that is possible now.
   * @throws JournalError where it is not.
   */
  mend(failure: unknown): void {
    if (!(failure instanceof JournalError && failure.code === 'read_only')) {
      this.#journal.close();
      this.#journal = this.#openJournal(this.#config.dataDir);
      this.#isLogLong = false;
    }
    if (!this.#journal.makeRoom()) {
      throw new JournalError('read_only', `The disk that holds ${this.#journal.path} is still full.`);
    }
  }

  /** D7: only what the authority settled long ago goes; a checkpoint stays. @returns whether there is more. */
  pruneStep(): boolean {
    const retentionMs = this.#config.settings.retentionDays * DAY_MS;
    return this.#journal.prune({ nowMs: Date.now(), retentionMs }).more;
  }

  close(): void {
    try {
      this.#witness.close();
    } catch (error) {
      this.#log.warn(
        { err: asJournalError(error, this.#config.dataDir) },
        'the witness could not be written',
      );
    }
    this.#journal.close();
    this.#levelFile.close();
    this.catalogue.close();
  }
}

function directoryOf(catalogue: Catalogue, levels: Levels): Directory {
  return {
    keeperOf: (location) => catalogue.keeperOf(location),
    isShared: (location) => catalogue.isShared(location),
    parentOf: (replica) => catalogue.parentOf(replica),
    availableOf: (pool) => levels.at(pool)?.available,
  };
}

function replicaSettings({ replica, kind, settings }: AgentConfig): ReplicaSettings {
  return {
    ...defaultSettings(replica, kind),
    link: settings.link,
    policy: settings.policy,
    checkpointEvery: settings.checkpointEvery,
  };
}
