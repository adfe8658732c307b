/** The changes of one shape, in memory and bounded: what came first goes first. */
import { isBehind, type Offset, SNAPSHOT_END } from './offset.ts';

interface Entry extends Offset {
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

/** What the logs of all shapes take up together, in bytes. */
export interface LogBudget {
  bytes: number;
}

export class ShapeLog {
  readonly #bytesMax: number;
  readonly #budget: LogBudget;
  #entries: Entry[] = [];
  #bytes = 0;
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

  append(entries: readonly Entry[]): void {
    const before = this.#bytes;
    for (const entry of entries) {
      this.#entries.push(entry);
      this.#bytes += entry.text.length;
    }
    if (this.#bytes > this.#bytesMax) this.#cut();
    this.#budget.bytes += this.#bytes - before;
  }

  clear(): void {
    this.#floor = this.last;
    this.#entries = [];
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
    let [low, high] = [0, this.#entries.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBehind(this.#entries[middle] as Entry, offset)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Half of it, so that it is not done at each change. */
  #cut(): void {
    let count = 0;
    for (let bytes = 0; bytes < this.#bytesMax / 2 && count < this.#entries.length; count += 1)
      bytes += (this.#entries[count] as Entry).text.length;
    const gone = this.#entries.splice(0, count);
    for (const { text } of gone) this.#bytes -= text.length;
    const { lsn, op } = gone.at(-1) as Entry;
    this.#floor = { lsn, op };
  }
}
