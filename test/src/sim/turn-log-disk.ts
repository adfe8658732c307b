/**
 * Turn-log disk: the disk of a till in a browser. Its replica reads and starts from what the till's journal makes of the
 * log of its turns; what the observer looks at is the tables of every other disk, which must come to the same.
 */
import { Replica, type ReplicaSettings, type Tools, type Writes } from '@tallystick/crdt';
import {
  foldLog,
  JournalImage,
  type LogBase,
  rebase,
  recordOf,
  type TurnRecord,
} from '@tallystick/crdt/host';
import { SimDisk } from './disk.ts';
import type { Commit } from './disk-tables.ts';
import { sha256 } from './sha256.ts';

/** What one commit of the disk is to the log: a turn, or turns that were let go of. */
type Item = { readonly record: TurnRecord } | { readonly base: LogBase | undefined };

/** A till may be a page in a browser, whose storage keeps a record a turn. */
export function diskFor(kind: ReplicaSettings['kind']): SimDisk {
  return kind === 'terminal' ? new TurnLogDisk() : new SimDisk(kind === 'authority');
}

class TurnLogDisk extends SimDisk {
  #items: Item[] = [];
  #image = new JournalImage(sha256);

  override commit(writes: Writes, atMs = 0): Commit {
    const record = recordOf(writes, this.#image);
    const commit = super.commit(writes, atMs);
    this.#items.push({ record });
    this.#image.apply(record);
    return commit;
  }

  override powerCut(kept: number, leavesPart = false): readonly Commit[] {
    const found = super.powerCut(kept, leavesPart);
    this.#items.length = this.commitCount;
    return found;
  }

  protected override blank(): SimDisk {
    return new TurnLogDisk();
  }

  override imageOf(commitCount: number): SimDisk {
    const image = super.imageOf(commitCount) as TurnLogDisk;
    image.#items = this.#items.slice(0, commitCount);
    return image;
  }

  /** The simulation says how far each writer may go; the log lets go of the turns that this frees. */
  override prune(beforeMs: number, atMs: number): number {
    const count = super.prune(beforeMs, atMs);
    if (count === 0) return 0;
    const { base, records } = this.#stored();
    const rules = {
      head: this.head.bind(this),
      longSettled: (writer: Parameters<SimDisk['checkpoint']>[0]) => this.checkpoint(writer)?.seq ?? 0,
      olderThanMs: Number.POSITIVE_INFINITY,
      documentsOlderThanMs: Number.NEGATIVE_INFINITY,
    };
    const rebased = rebase(base, records, rules, sha256);
    if (rebased !== undefined) this.#image.prune(rebased);
    this.#items.push({ base: rebased?.base ?? base });
    return count;
  }

  #stored(): { readonly base: LogBase | undefined; readonly records: readonly TurnRecord[] } {
    let base: LogBase | undefined;
    const records: TurnRecord[] = [];
    for (const item of this.#items) {
      if ('record' in item) records.push(item.record);
      else base = item.base;
    }
    return { base, records: records.slice(base?.turns ?? 0) };
  }

  override open(settings: ReplicaSettings, tools: Tools): Replica {
    const { base, records } = this.#stored();
    const stored = foldLog(records, sha256, base);
    this.#image = new JournalImage(sha256, base);
    for (const record of records) this.#image.apply(record);
    return new Replica(settings, stored, this.#image, tools);
  }
}
