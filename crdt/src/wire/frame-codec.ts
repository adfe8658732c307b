/** The byte form of frames: one mirrored pair a kind. Entries inside stay as their writers wrote them. */
import { FENCE_REASONS, REPLICA_KINDS } from '../entry/entry.ts';
import { readLines, writeLines } from '../entry/lines-codec.ts';
import { isReplicaId, isWriterId, type ReplicaId, type WriterId } from '../ids.ts';
import {
  assertAtEnd,
  createReader,
  createWriter,
  finish,
  MalformedBytes,
  type Reader,
  readBlob,
  readByte,
  readChoice,
  readCount,
  readFixed,
  readText,
  readUint,
  type Writer,
  writeBlob,
  writeByte,
  writeChoice,
  writeFixed,
  writeText,
  writeUint,
} from './bytes.ts';
import { type ErrorCode, isErrorCode } from './error-codes.ts';
import {
  type CatalogueItem,
  type ChannelRange,
  type FencePoint,
  FRAME_BYTES_MAX,
  type Frame,
  type FrameKind,
  HEADS_MAX,
  ITEMS_MAX,
  type LevelItem,
  type Point,
  type SentCell,
} from './frames.ts';

const CHANNELS_MAX = 16;
const NAME_BYTES = 128;
const MESSAGE_BYTES = 1024;
const CALL_BYTES_MAX = 2 * 1024 * 1024;

interface Codec<F extends Frame> {
  readonly channel: number;
  readonly number: number;
  write(out: Writer, frame: F): void;
  read(input: Reader): F;
}

type Codecs = { readonly [Kind in FrameKind]: Codec<Extract<Frame, { kind: Kind }>> };

/** Channel numbers are for ever; so are the numbers of kinds within a channel. */
const CONTROL = 0;
const STOCK = 1;
const CALLS = 2;
const CATALOGUE = 3;

const codecs: Codecs = {
  challenge: {
    channel: CONTROL,
    number: 1,
    write(out, frame) {
      writeText(out, frame.parent);
      writeText(out, frame.writer);
      writeFixed(out, frame.nonce);
    },
    read: (input) => ({
      kind: 'challenge',
      parent: readReplica(input),
      writer: readWriter(input),
      nonce: readFixed(input, 32).slice(),
    }),
  },
  hello: {
    channel: CONTROL,
    number: 2,
    write(out, frame) {
      writeUint(out, frame.protocol.min);
      writeUint(out, frame.protocol.max);
      writeList(out, frame.channels, (channel) => {
        writeText(out, channel.name);
        writeUint(out, channel.min);
        writeUint(out, channel.max);
      });
      writeText(out, frame.writer);
      writeChoice(out, REPLICA_KINDS, frame.replicaKind);
      writeText(out, frame.parentSeen?.writer ?? '');
      writeUint(out, frame.parentSeen?.seq ?? 0);
      writePoints(out, frame.heads);
      writeFlag(out, frame.wantsLevels);
      writeUint(out, frame.catalogueVersion);
      writeBlob(out, frame.signature);
    },
    read(input) {
      const protocol = { min: readUint(input), max: readUint(input) };
      const channels = readList(input, CHANNELS_MAX, (): ChannelRange => {
        return { name: readText(input, NAME_BYTES), min: readUint(input), max: readUint(input) };
      });
      const writer = readWriter(input);
      const replicaKind = readChoice(input, REPLICA_KINDS);
      const seenWriter = readText(input, NAME_BYTES);
      const seenSeq = readUint(input);
      return {
        kind: 'hello',
        protocol,
        channels,
        writer,
        replicaKind,
        parentSeen: seenWriter === '' ? null : { writer: asWriter(seenWriter), seq: seenSeq },
        heads: readPoints(input),
        wantsLevels: readFlag(input),
        catalogueVersion: readUint(input),
        signature: readBlob(input, 128).slice(),
      };
    },
  },
  enrol: {
    channel: CONTROL,
    number: 3,
    write(out, frame) {
      writeText(out, frame.replica);
      writeText(out, frame.code);
      writeBlob(out, frame.publicKey);
      writeBlob(out, frame.signature);
    },
    read: (input) => ({
      kind: 'enrol',
      replica: readReplica(input),
      code: readText(input, NAME_BYTES),
      publicKey: readBlob(input, 128).slice(),
      signature: readBlob(input, 128).slice(),
    }),
  },
  enrolled: {
    channel: CONTROL,
    number: 4,
    write(out, frame) {
      writeChoice(out, REPLICA_KINDS, frame.replicaKind);
      writeText(out, frame.location);
    },
    read: (input) => ({
      kind: 'enrolled',
      replicaKind: readChoice(input, REPLICA_KINDS),
      location: readText(input, NAME_BYTES),
    }),
  },
  welcome: {
    channel: CONTROL,
    number: 5,
    write(out, frame) {
      writeUint(out, frame.protocol);
      writeList(out, frame.channels, (channel) => {
        writeText(out, channel.name);
        writeUint(out, channel.version);
      });
      writeText(out, frame.writer);
      writePoints(out, frame.has);
      writePoints(out, frame.settled);
    },
    read: (input) => ({
      kind: 'welcome',
      protocol: readUint(input),
      channels: readList(input, CHANNELS_MAX, () => ({
        name: readText(input, NAME_BYTES),
        version: readUint(input),
      })),
      writer: readWriter(input),
      has: readPoints(input),
      settled: readPoints(input),
    }),
  },
  refuse: {
    channel: CONTROL,
    number: 6,
    write(out, frame) {
      writeText(out, frame.code);
      writeText(out, frame.message);
    },
    read(input) {
      const code = readText(input, NAME_BYTES);
      // A newer peer may refuse for a reason that this release has no word for.
      const known: ErrorCode = isErrorCode(code) ? code : 'internal';
      return { kind: 'refuse', code: known, message: readText(input, MESSAGE_BYTES) };
    },
  },
  stream: {
    channel: STOCK,
    number: 1,
    write(out, frame) {
      writeText(out, frame.writer);
      writeUint(out, frame.base);
      writeUint(out, frame.from);
      writeUint(out, frame.to);
      writeBlob(out, frame.entries);
    },
    read: (input) => ({
      kind: 'stream',
      writer: readWriter(input),
      base: readUint(input),
      from: readUint(input),
      to: readUint(input),
      entries: readBlob(input, FRAME_BYTES_MAX),
    }),
  },
  asks: {
    channel: STOCK,
    number: 2,
    write(out, frame) {
      writeNames(out, frame);
      writeLines(out, frame.items, (item) => {
        writeUint(out, item.atLeast);
        writeUint(out, item.waitMs);
      });
    },
    read: (input) => ({
      kind: 'asks',
      ...readNames(input),
      items: readItems(input, (pool) => ({ pool, atLeast: readUint(input), waitMs: readUint(input) })),
    }),
  },
  seen: {
    channel: STOCK,
    number: 3,
    write(out, frame) {
      writeNames(out, frame);
      writeUint(out, frame.seq);
    },
    read: (input) => ({ kind: 'seen', ...readNames(input), seq: readUint(input) }),
  },
  ack: {
    channel: STOCK,
    number: 4,
    write(out, frame) {
      writeNames(out, frame);
      writeUint(out, frame.cursor);
      writePoints(out, frame.has);
      writePoints(out, frame.settled);
      writeList(out, frame.fenced, (fence) => {
        writePoint(out, fence);
        writeChoice(out, FENCE_REASONS, fence.reason);
      });
    },
    read: (input) => ({
      kind: 'ack',
      ...readNames(input),
      cursor: readUint(input),
      has: readPoints(input),
      settled: readPoints(input),
      fenced: readList(input, HEADS_MAX, (): FencePoint => {
        return { ...readPoint(input), reason: readChoice(input, FENCE_REASONS) };
      }),
    }),
  },
  cells: {
    channel: STOCK,
    number: 5,
    write(out, frame) {
      writeNames(out, frame);
      writeUint(out, frame.from);
      writeUint(out, frame.to);
      writeLines(out, frame.cells, (cell) => {
        writeText(out, cell.from);
        writeText(out, cell.to);
        writeUint(out, cell.n);
        writeUint(out, cell.seq);
      });
    },
    read: (input) => ({
      kind: 'cells',
      ...readNames(input),
      from: readUint(input),
      to: readUint(input),
      cells: readItems(input, (pool): SentCell => {
        return {
          pool,
          from: readWriter(input),
          to: readWriter(input),
          n: readUint(input),
          seq: readUint(input),
        };
      }),
    }),
  },
  recalls: {
    channel: STOCK,
    number: 6,
    write(out, frame) {
      writeNames(out, frame);
      writeLines(out, frame.items, (item) => {
        writeUint(out, item.keep);
        writeUint(out, item.given);
      });
    },
    read: (input) => ({
      kind: 'recalls',
      ...readNames(input),
      items: readItems(input, (pool) => ({ pool, keep: readUint(input), given: readUint(input) })),
    }),
  },
  denied: {
    channel: STOCK,
    number: 7,
    write(out, frame) {
      writeNames(out, frame);
      writeLines(out, frame.items, (item) => writeUint(out, item.atLeast));
    },
    read: (input) => ({
      kind: 'denied',
      ...readNames(input),
      items: readItems(input, (pool) => ({ pool, atLeast: readUint(input) })),
    }),
  },
  levels: {
    channel: STOCK,
    number: 8,
    write(out, frame) {
      writeUint(out, frame.asOfMs);
      writeLines(out, frame.items, (item) => {
        writeSigned(out, item.onHand);
        writeSigned(out, item.available);
      });
    },
    read: (input) => ({
      kind: 'levels',
      asOfMs: readUint(input),
      items: readItems(input, (pool): LevelItem => {
        return { pool, onHand: readSigned(input), available: readSigned(input) };
      }),
    }),
  },
  former: {
    channel: STOCK,
    number: 9,
    write(out, frame) {
      writeText(out, frame.writer);
      writeBlob(out, frame.entries);
      writeFlag(out, frame.last);
    },
    read: (input) => ({
      kind: 'former',
      writer: readWriter(input),
      entries: readBlob(input, FRAME_BYTES_MAX),
      last: readFlag(input),
    }),
  },
  call: {
    channel: CALLS,
    number: 1,
    write(out, frame) {
      writeUint(out, frame.callId);
      writeText(out, frame.target);
      writeUint(out, frame.waitMs);
      writeText(out, frame.body);
    },
    read: (input) => ({
      kind: 'call',
      callId: readUint(input),
      target: readReplica(input),
      waitMs: readUint(input),
      body: readText(input, CALL_BYTES_MAX),
    }),
  },
  reply: {
    channel: CALLS,
    number: 2,
    write(out, frame) {
      writeUint(out, frame.callId);
      writeText(out, frame.body);
    },
    read: (input) => ({ kind: 'reply', callId: readUint(input), body: readText(input, CALL_BYTES_MAX) }),
  },
  catalogue: {
    channel: CATALOGUE,
    number: 1,
    write(out, frame) {
      writeUint(out, frame.from);
      writeUint(out, frame.to);
      writeList(out, frame.items, (item) => {
        writeText(out, item.kind);
        writeText(out, item.id);
        writeUint(out, item.version);
        writeText(out, item.body ?? '');
      });
    },
    read: (input) => ({
      kind: 'catalogue',
      from: readUint(input),
      to: readUint(input),
      items: readList(input, ITEMS_MAX, (): CatalogueItem => {
        const kind = readText(input, NAME_BYTES);
        const id = readText(input, 512);
        const version = readUint(input);
        const body = readText(input, 256 * 1024);
        return { kind, id, version, body: body === '' ? null : body };
      }),
    }),
  },
  'catalogue-seen': {
    channel: CATALOGUE,
    number: 2,
    write: (out, frame) => writeUint(out, frame.version),
    read: (input) => ({ kind: 'catalogue-seen', version: readUint(input) }),
  },
};

const byNumber = new Map(
  (Object.keys(codecs) as FrameKind[]).map((kind) => [
    codecs[kind].channel * 256 + codecs[kind].number,
    kind,
  ]),
);

export function encodeFrame(frame: Frame): Uint8Array {
  const codec = codecs[frame.kind] as Codec<Frame>;
  const out = createWriter();
  writeByte(out, codec.channel);
  writeByte(out, codec.number);
  codec.write(out, frame);
  return finish(out);
}

/** @throws MalformedBytes when the bytes are not a frame that this release can read. */
export function decodeFrame(bytes: Uint8Array): Frame {
  if (bytes.length > FRAME_BYTES_MAX) throw new MalformedBytes(`a frame of ${bytes.length} bytes`);
  const input = createReader(bytes);
  const channel = readByte(input);
  const number = readByte(input);
  const kind = byNumber.get(channel * 256 + number);
  if (kind === undefined) throw new MalformedBytes(`no frame has channel ${channel} and kind ${number}`);
  const frame = codecs[kind].read(input);
  assertAtEnd(input);
  return frame;
}

function writeNames(out: Writer, frame: { readonly writer: WriterId; readonly parent: WriterId }): void {
  writeText(out, frame.writer);
  writeText(out, frame.parent);
}

function readNames(input: Reader): { writer: WriterId; parent: WriterId } {
  return { writer: readWriter(input), parent: readWriter(input) };
}

function writePoint(out: Writer, point: Point): void {
  writeText(out, point.writer);
  writeUint(out, point.seq);
  writeFixed(out, point.hash);
}

function readPoint(input: Reader): Point {
  return { writer: readWriter(input), seq: readUint(input), hash: readFixed(input, 32).slice() };
}

function writePoints(out: Writer, points: readonly Point[]): void {
  writeList(out, points, (point) => writePoint(out, point));
}

function readPoints(input: Reader): Point[] {
  return readList(input, HEADS_MAX, () => readPoint(input));
}

function writeList<T>(out: Writer, items: readonly T[], write: (item: T) => void): void {
  writeUint(out, items.length);
  for (const item of items) write(item);
}

function readList<T>(input: Reader, max: number, read: () => T): T[] {
  const items: T[] = [];
  for (let count = readCount(input, max); count > 0; count -= 1) items.push(read());
  return items;
}

function readItems<T>(input: Reader, read: Parameters<typeof readLines<T>>[1]): T[] {
  return readLines(input, read, ITEMS_MAX);
}

function writeFlag(out: Writer, flag: boolean): void {
  writeByte(out, flag ? 1 : 0);
}

function readFlag(input: Reader): boolean {
  const flag = readByte(input);
  if (flag > 1) throw new MalformedBytes('neither yes nor no');
  return flag === 1;
}

function writeSigned(out: Writer, value: number): void {
  writeFlag(out, value < 0);
  writeUint(out, Math.abs(value));
}

function readSigned(input: Reader): number {
  const negative = readFlag(input);
  const value = readUint(input);
  return negative ? -value : value;
}

function readReplica(input: Reader): ReplicaId {
  const text = readText(input, NAME_BYTES);
  if (!isReplicaId(text)) throw new MalformedBytes('not a replica id');
  return text;
}

function readWriter(input: Reader): WriterId {
  return asWriter(readText(input, NAME_BYTES));
}

function asWriter(text: string): WriterId {
  if (!isWriterId(text)) throw new MalformedBytes('not a writer id');
  return text;
}
