/** The changes of one shape, in memory and bounded: what came first goes first, and no more of it than must. */
import { isBehind, type Offset, SNAPSHOT_END } from './offset.ts';

export interface Entry extends Offset {
  /** As it is sent. */
  readonly text: string;
}

export interface Piece {
  readonly texts: readonly string[];
  /** Of the last one; what was asked from, where there is none. */
  readonly last: Offset;
  /** False where there is more. */
  readonly isAll: boolean;
}

/** What the changes of all shapes take up together, in bytes. */
export interface LogBudget {
  bytes: number;
}

/** What stands around each text in memory, about. */
const ENTRY_BYTES = 64;
/** Not worth halving. */
const LITTLE_BYTES = 1_000;

export function bytesOf({ text }: Entry): number {
  return text.length + ENTRY_BYTES;
}

export class ShapeLog {
  readonly #bytesMax: number;
  readonly #budget: LogBudget;
  #entries: (Entry | undefined)[] = [];
  /** Before it stands nothing any more. */
  #first = 0;
  #bytes = 0;
  /** Of what was appended last. */
  #newestBytes = 0;
  #floor: Offset = SNAPSHOT_END;

  constructor(bytesMax: number, budget: LogBudget) {
    this.#budget = budget;
    this.#bytesMax = bytesMax;
  }

  /** Readers from here on miss nothing. */
  get floor(): Offset {
    return this.#floor;
  }

  get last(): Offset {
    return this.#entries.at(-1) ?? this.#floor;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Of what came before the newest transaction. */
  get olderBytes(): number {
    return Math.max(0, this.#bytes - this.#newestBytes);
  }

  /** Loses the older half of that, or all of it where it is little. */
  cutOlder(): void {
    const [before, older] = [this.#bytes, this.olderBytes];
    this.#cut(this.#newestBytes + (older < LITTLE_BYTES ? 0 : older / 2));
    this.#budget.bytes += this.#bytes - before;
  }

  append(entries: readonly Entry[]): void {
    const before = this.#bytes;
    for (const entry of entries) {
      this.#entries.push(entry);
      this.#bytes += bytesOf(entry);
    }
    this.#newestBytes = this.#bytes - before;
    this.#cut(this.#bytesMax);
    this.#budget.bytes += this.#bytes - before;
  }

  clear(): void {
    this.#floor = this.last;
    this.#entries = [];
    this.#first = 0;
    this.#budget.bytes -= this.#bytes;
    this.#bytes = 0;
  }

  /** Behind an offset at or above the floor; at least one entry where there is any, whatever its size. */
  after(offset: Offset, bytesMax: number): Piece {
    const texts: string[] = [];
    let bytes = 0;
    let at = this.#firstBehind(offset);
    let last = offset;
    for (; at < this.#entries.length && (texts.length === 0 || bytes < bytesMax); at += 1) {
      const entry = this.#entries[at] as Entry;
      texts.push(entry.text);
      bytes += entry.text.length;
      last = entry;
    }
    return { texts, last: { lsn: last.lsn, op: last.op }, isAll: at === this.#entries.length };
  }

  #firstBehind(offset: Offset): number {
    let [low, high] = [this.#first, this.#entries.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBehind(this.#entries[middle] as Entry, offset)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** As few as make room, so that who is less behind than is kept is never sent back to the beginning. */
  #cut(bytesMax: number): void {
    while (this.#bytes > bytesMax && this.#first < this.#entries.length) {
      const entry = this.#entries[this.#first] as Entry;
      this.#entries[this.#first] = undefined;
      this.#first += 1;
      this.#bytes -= bytesOf(entry);
      this.#floor = { lsn: entry.lsn, op: entry.op };
    }
    // The list itself is moved up now and then, which costs each entry one move.
    if (this.#first > this.#entries.length / 2) {
      this.#entries = this.#entries.slice(this.#first);
      this.#first = 0;
    }
  }
}
