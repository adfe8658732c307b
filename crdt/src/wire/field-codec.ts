/** Parts that frames of several channels are made of: names, points, lists, flags. One mirrored pair each. */
import { isReplicaId, isWriterId, type ReplicaId, type WriterId } from '../ids.ts';
import {
  MalformedBytes,
  type Reader,
  readByte,
  readCount,
  readFixed,
  readText,
  readUint,
  type Writer,
  writeByte,
  writeFixed,
  writeText,
  writeUint,
} from './bytes.ts';
import { type Frame, type FrameKind, HEADS_MAX, type Point } from './frames.ts';

/** How frames of one kind are written and read; `number` is theirs within their channel, for ever. */
export interface FrameCodec<F extends Frame> {
  readonly number: number;
  write(out: Writer, frame: F): void;
  read(input: Reader): F;
}

export type FrameCodecs<Kinds extends FrameKind = FrameKind> = {
  readonly [Kind in Kinds]: FrameCodec<Extract<Frame, { kind: Kind }>>;
};

export const NAME_BYTES = 128;

export function writeNames(
  out: Writer,
  frame: { readonly writer: WriterId; readonly parent: WriterId },
): void {
  writeText(out, frame.writer);
  writeText(out, frame.parent);
}

export function readNames(input: Reader): { writer: WriterId; parent: WriterId } {
  return { writer: readWriter(input), parent: readWriter(input) };
}

export function writePoint(out: Writer, point: Point): void {
  writeText(out, point.writer);
  writeUint(out, point.seq);
  writeFixed(out, point.hash);
}

export function readPoint(input: Reader): Point {
  return { writer: readWriter(input), seq: readUint(input), hash: readFixed(input, 32).slice() };
}

export function writePoints(out: Writer, points: readonly Point[]): void {
  writeList(out, points, (point) => writePoint(out, point));
}

export function readPoints(input: Reader): Point[] {
  return readList(input, HEADS_MAX, () => readPoint(input));
}

export function writeList<T>(out: Writer, items: readonly T[], write: (item: T) => void): void {
  writeUint(out, items.length);
  for (const item of items) write(item);
}

export function readList<T>(input: Reader, max: number, read: () => T): T[] {
  const items: T[] = [];
  for (let count = readCount(input, max); count > 0; count -= 1) items.push(read());
  return items;
}

export function writeFlag(out: Writer, flag: boolean): void {
  writeByte(out, flag ? 1 : 0);
}

export function readFlag(input: Reader): boolean {
  const flag = readByte(input);
  if (flag > 1) throw new MalformedBytes('neither yes nor no');
  return flag === 1;
}

export function writeSigned(out: Writer, value: number): void {
  writeFlag(out, value < 0);
  writeUint(out, Math.abs(value));
}

export function readSigned(input: Reader): number {
  const negative = readFlag(input);
  const value = readUint(input);
  // Each number is said in one way only.
  if (negative && value === 0) throw new MalformedBytes('a zero below zero');
  return negative ? -value : value;
}

export function readReplica(input: Reader): ReplicaId {
  const text = readText(input, NAME_BYTES);
  if (!isReplicaId(text)) throw new MalformedBytes('not a replica id');
  return text;
}

export function readWriter(input: Reader): WriterId {
  return asWriter(readText(input, NAME_BYTES));
}

export function asWriter(text: string): WriterId {
  if (!isWriterId(text)) throw new MalformedBytes('not a writer id');
  return text;
}
