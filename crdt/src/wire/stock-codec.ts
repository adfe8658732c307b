/** The stock channel, version 1: streams up, rights down, and what each side has of the other. */
import { FENCE_REASONS } from '../entry/entry.ts';
import { readLines, writeLines } from '../entry/lines-codec.ts';
import type { PoolId } from '../ids.ts';
import {
  type Reader,
  readBlob,
  readChoice,
  readUint,
  type Writer,
  writeBlob,
  writeChoice,
  writeText,
  writeUint,
} from './bytes.ts';
import {
  type FrameCodecs,
  readFlag,
  readList,
  readNames,
  readPoint,
  readPoints,
  readSigned,
  readWriter,
  writeFlag,
  writeList,
  writeNames,
  writePoint,
  writePoints,
  writeSigned,
} from './field-codec.ts';
import {
  type FencePoint,
  FRAME_BYTES_MAX,
  HEADS_MAX,
  ITEMS_MAX,
  type LevelItem,
  type SentCell,
  type StockFrame,
} from './frames.ts';

export const stockCodecs: FrameCodecs<StockFrame['kind']> = {
  stream: {
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
    number: 2,
    write(out, frame) {
      writeNames(out, frame);
      writeItems(out, frame.items, (item) => {
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
    number: 3,
    write(out, frame) {
      writeNames(out, frame);
      writeUint(out, frame.seq);
    },
    read: (input) => ({ kind: 'seen', ...readNames(input), seq: readUint(input) }),
  },
  ack: {
    number: 4,
    write(out, frame) {
      writeNames(out, frame);
      writeUint(out, frame.cursor);
      writeFlag(out, frame.gap);
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
      gap: readFlag(input),
      has: readPoints(input),
      settled: readPoints(input),
      fenced: readList(input, HEADS_MAX, (): FencePoint => {
        return { ...readPoint(input), reason: readChoice(input, FENCE_REASONS) };
      }),
    }),
  },
  cells: {
    number: 5,
    write(out, frame) {
      writeNames(out, frame);
      writeUint(out, frame.from);
      writeUint(out, frame.to);
      writeItems(out, frame.cells, (cell) => {
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
    number: 6,
    write(out, frame) {
      writeNames(out, frame);
      writeItems(out, frame.items, (item) => {
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
    number: 7,
    write(out, frame) {
      writeNames(out, frame);
      writeItems(out, frame.items, (item) => writeUint(out, item.atLeast));
    },
    read: (input) => ({
      kind: 'denied',
      ...readNames(input),
      items: readItems(input, (pool) => ({ pool, atLeast: readUint(input) })),
    }),
  },
  levels: {
    number: 8,
    write(out, frame) {
      writeUint(out, frame.asOfMs);
      writeItems(out, frame.items, (item) => {
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
};

/** Whoever makes a frame keeps to `ITEMS_PER_FRAME`: one that was refused here would end the turn that made it. */
function writeItems<Item extends { readonly pool: PoolId }>(
  out: Writer,
  items: readonly Item[],
  writeRest: (item: Item) => void,
): void {
  writeLines(out, items, writeRest, Number.POSITIVE_INFINITY);
}

function readItems<T>(input: Reader, read: Parameters<typeof readLines<T>>[1]): T[] {
  return readLines(input, read, ITEMS_MAX);
}
