/** A snapshot on disk, in chunks as they are sent; each is readable as soon as the next one began. */
import { type FileHandle, open, rm } from 'node:fs/promises';

/** What a client parses at a time, and what one costs in memory here. */
const CHUNK_BYTES = 1_000_000;

export interface Chunk {
  readonly path: string;
  readonly start: number;
  /** The first byte behind it. */
  readonly end: number;
  readonly isLast: boolean;
}

export class SnapshotFile {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #starts: number[] = [];
  #written = 0;
  #parts: string[] = [];
  #partsLength = 0;
  #isComplete = false;
  #failed: Error | undefined;
  #waiting: (() => void)[] = [];

  static async create(path: string): Promise<SnapshotFile> {
    return new SnapshotFile(path, await open(path, 'w', 0o600));
  }

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  get bytes(): number {
    return this.#written;
  }

  async append(rows: readonly string[]): Promise<void> {
    for (const row of rows) {
      this.#parts.push(row);
      this.#partsLength += row.length + 2;
      if (this.#partsLength >= CHUNK_BYTES) await this.#flush();
    }
  }

  async complete(): Promise<void> {
    if (this.#parts.length > 0 || this.#starts.length === 0) await this.#flush();
    await this.#file.close();
    this.#isComplete = true;
    this.#wake();
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.from(`[${this.#parts.join(',\n')}]`);
    this.#parts = [];
    this.#partsLength = 0;
    await this.#file.write(bytes, 0, bytes.length, this.#written);
    this.#starts.push(this.#written);
    this.#written += bytes.length;
    this.#wake();
  }

  /** Waits until it is there. @returns undefined where the snapshot has no such chunk @throws what broke it off */
  async chunk(index: number): Promise<Chunk | undefined> {
    while (!this.#isComplete && this.#starts.length < index + 2) {
      if (this.#failed !== undefined) throw this.#failed;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    const start = this.#starts[index];
    if (start === undefined) return undefined;
    const isLast = index === this.#starts.length - 1;
    return { path: this.#path, start, end: this.#starts[index + 1] ?? this.#written, isLast };
  }

  /** Whoever reads it already reads on. */
  async remove(why: Error): Promise<void> {
    this.#failed = why;
    this.#wake();
    if (!this.#isComplete) await this.#file.close().catch(() => {});
    await rm(this.#path, { force: true });
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}
