/**
 * Witness: where this writer's chain stood, told outside the database (F1).
 *
 * A journal that is older than its witness is a restored image: it would spend rights
 * twice, so its life is over. The file has two slots that are written in turn, each
 * with a checksum, so that a torn write leaves the other one; its size never changes,
 * so that a full disk does not silence it.
 */
import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { type Hash, isWriterId, sameBytes, type WriterId } from '@tallystick/crdt';
import { isPastImage } from '@tallystick/crdt/host';
import {
  createReader,
  createWriter,
  finish,
  MalformedBytes,
  readFixed,
  readText,
  readUint,
  writeFixed,
  writeText,
  writeUint,
} from '@tallystick/crdt/wire';
import { onDisk } from './errors.ts';
import { plain, sha256 } from './runs.ts';

export interface Head {
  readonly writer: WriterId;
  readonly seq: number;
  readonly hash: Hash;
}

/** F1 asks for at most every 100 ms: each write costs the disk a flush. */
export const WITNESS_EVERY_MS = 100;

/** Slots lie in sectors of their own, also on disks that write 4 KiB at a time. */
const SLOT_BYTES = 4096;

interface Slot extends Head {
  readonly generation: number;
}

export class Witness {
  readonly #path: string;
  readonly #file: number;
  #last: Slot | undefined;
  #noted: Head | undefined;
  #writtenAtMs = Number.NEGATIVE_INFINITY;

  static open(path: string): Witness {
    return onDisk(path, () => {
      mkdirSync(dirname(path), { recursive: true });
      return new Witness(path, openSync(path, 'a+'));
    });
  }

  private constructor(path: string, appending: number) {
    this.#path = path;
    // 'a+' makes the file where there is none and leaves one that is there; writing in place needs 'r+'.
    closeSync(appending);
    this.#file = openSync(path, 'r+');
    takeRoom(this.#file);
    const slots = [readSlot(this.#file, 0), readSlot(this.#file, 1)].filter((slot) => slot !== undefined);
    this.#last = slots.sort((a, b) => b.generation - a.generation)[0];
  }

  /** What the file says. */
  get head(): Head | undefined {
    return this.#last;
  }

  /**
   * 'ahead': the journal is the past of what this machine already said; begin a new life.
   * Without a readable witness there is no evidence, and the parent is the one who knows.
   */
  compare(
    journal: Head | undefined,
    hashAt: (writer: WriterId, seq: number) => Hash | undefined,
  ): 'ok' | 'ahead' {
    return isPastImage(this.#last, journal, hashAt) ? 'ahead' : 'ok';
  }

  /** Remembers the head of the last durable turn. Costs nothing; `flushIfDue` and `flush` write it. */
  note(writer: WriterId, seq: number, hash: Hash): void {
    this.#noted = { writer, seq, hash };
  }

  /** Writes what was noted if the last write is long enough ago. @returns whether the file is up to date. */
  flushIfDue(monotonicMs: number): boolean {
    if (this.#noted === undefined) return true;
    if (monotonicMs - this.#writtenAtMs < WITNESS_EVERY_MS) return false;
    this.#writtenAtMs = monotonicMs;
    this.flush();
    return true;
  }

  /** Writes what was noted, now: before a frame leaves. */
  flush(): void {
    const head = this.#noted;
    if (head === undefined) return;
    const slot: Slot = { ...head, generation: (this.#last?.generation ?? 0) + 1 };
    onDisk(this.#path, () => {
      writeSync(this.#file, slotBytes(slot), 0, SLOT_BYTES, (slot.generation % 2) * SLOT_BYTES);
      fdatasyncSync(this.#file);
    });
    this.#last = slot;
    this.#noted = undefined;
  }

  close(): void {
    this.flush();
    closeSync(this.#file);
  }
}

/** Gives a new file its final size, for good, while the disk still has room. */
function takeRoom(file: number): void {
  const { size } = fstatSync(file);
  if (size >= 2 * SLOT_BYTES) return;
  writeSync(file, new Uint8Array(2 * SLOT_BYTES - size), 0, 2 * SLOT_BYTES - size, size);
  fsyncSync(file);
}

function slotBytes(slot: Slot): Uint8Array {
  const out = createWriter();
  writeUint(out, slot.generation);
  writeText(out, slot.writer);
  writeUint(out, slot.seq);
  writeFixed(out, slot.hash);
  const said = finish(out);
  const bytes = new Uint8Array(SLOT_BYTES);
  bytes.set(sha256(said), 0);
  bytes[32] = said.length;
  bytes.set(said, 33);
  return bytes;
}

function readSlot(file: number, index: number): Slot | undefined {
  const buffer = Buffer.alloc(SLOT_BYTES);
  if (readSync(file, buffer, 0, SLOT_BYTES, index * SLOT_BYTES) < SLOT_BYTES) return undefined;
  const bytes = plain(buffer);
  const said = bytes.subarray(33, 33 + (bytes[32] as number));
  if (said.length === 0 || !sameBytes(bytes.subarray(0, 32), sha256(said))) return undefined;
  try {
    const input = createReader(said);
    const generation = readUint(input);
    const writer = readText(input, 120);
    if (!isWriterId(writer)) return undefined;
    return { generation, writer, seq: readUint(input), hash: readFixed(input, 32).slice() };
  } catch (error) {
    if (error instanceof MalformedBytes) return undefined;
    throw error;
  }
}
