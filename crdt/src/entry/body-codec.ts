/** Bodies of entries, version 1: one mirrored pair of functions a type. */
import { type HoldId, isWriterId, type LineId, type OrderId, type WriterId } from '../ids.ts';
import {
  isAtEnd,
  MalformedBytes,
  type Reader,
  readChoice,
  readFixed,
  readHex,
  readId,
  readText,
  readUint,
  type Writer,
  writeChoice,
  writeFixed,
  writeHex,
  writeText,
  writeUint,
} from '../wire/bytes.ts';
import {
  type EntryBody,
  type EntryType,
  FENCE_REASONS,
  LOSS_CAUSES,
  ORDER_MARKS,
  RECEIPT_CAUSES,
  RELEASE_CAUSES,
  REPLICA_KINDS,
} from './entry.ts';
import { readLines, readQuantity, writeLines } from './lines-codec.ts';
import {
  ID_BYTES,
  REASON_BYTES,
  readOrderHead,
  readSoldLines,
  writeOrderHead,
  writeSoldLines,
} from './order-codec.ts';

export function writeBody(out: Writer, body: EntryBody): void {
  switch (body.type) {
    case 'life':
      writeChoice(out, REPLICA_KINDS, body.kind);
      return writeText(out, body.parent ?? '');
    case 'reparented':
      return writeText(out, body.parent);
    case 'took':
      writeText(out, body.from);
      return writeLines(out, body.items, (item) => {
        writeUint(out, item.seq);
        writeUint(out, item.n);
      });
    case 'sent':
      writeText(out, body.to);
      return writeLines(out, body.items, (item) => writeUint(out, item.n));
    case 'sold':
      writeOrderHead(out, body);
      return writeSoldLines(out, body.lines);
    case 'held':
      writeText(out, body.holdId);
      writeUint(out, body.ttlMs);
      return writeLines(out, body.lines, (line) => writeUint(out, line.n));
    case 'extended':
      writeText(out, body.holdId);
      return writeUint(out, body.ttlMs);
    case 'capturing':
      return writeText(out, body.holdId);
    case 'confirmed':
      writeText(out, body.holdId);
      writeLines(out, body.closes, (line) => writeUint(out, line.n));
      writeOrderHead(out, body);
      return writeSoldLines(out, body.lines);
    case 'released':
      writeText(out, body.holdId);
      writeChoice(out, RELEASE_CAUSES, body.cause);
      return writeLines(out, body.closes, (line) => writeUint(out, line.n));
    case 'cancelled':
      writeText(out, body.orderId);
      writeText(out, body.reason);
      return writeLineUnits(out, body.lines);
    case 'received':
      writeChoice(out, RECEIPT_CAUSES, body.cause);
      writeLines(out, body.lines, (line) => writeUint(out, line.n));
      // At the very end, for it came later: without a reason the bytes are those of the releases that knew none.
      if (body.reason !== undefined) writeText(out, body.reason);
      return;
    case 'returned':
    case 'shipped':
      writeText(out, body.orderId);
      return writeLineUnits(out, body.lines);
    case 'counted':
      writeText(out, body.reason);
      return writeLines(out, body.lines, (line) => {
        writeUint(out, line.found);
        writeUint(out, line.more);
        writeUint(out, line.less);
        writeUint(out, line.owed);
      });
    case 'lost':
      writeChoice(out, LOSS_CAUSES, body.cause);
      writeText(out, body.reason);
      return writeLines(out, body.lines, (line) => {
        writeUint(out, line.less);
        writeUint(out, line.owed);
      });
    case 'repaid':
      return writeLines(out, body.lines, (line) => writeUint(out, line.n));
    case 'checkpoint':
      writeHex(out, body.digest);
      return writeUint(out, body.pools);
    case 'fenced':
      writeText(out, body.writer);
      writeUint(out, body.seq);
      writeFixed(out, body.hash);
      return writeChoice(out, FENCE_REASONS, body.reason);
    case 'reclaimed':
      writeText(out, body.writer);
      return writeLines(out, body.items, (item) => writeUint(out, item.n));
    case 'marked':
      writeText(out, body.orderId);
      return writeChoice(out, ORDER_MARKS, body.mark);
    default:
      body satisfies never;
  }
}

export function readBody(input: Reader, type: EntryType): EntryBody {
  switch (type) {
    case 'life': {
      const kind = readChoice(input, REPLICA_KINDS);
      const parent = readText(input, ID_BYTES);
      return { type, kind, parent: parent === '' ? null : asWriter(parent) };
    }
    case 'reparented':
      return { type, parent: readWriter(input) };
    case 'took':
      return {
        type,
        from: readWriter(input),
        items: readLines(input, (pool) => ({ pool, seq: readUint(input), n: readUint(input) })),
      };
    case 'sent':
      return { type, to: readWriter(input), items: readLines(input, readPoolUnits) };
    case 'sold':
      return { type, ...readOrderHead(input), lines: readSoldLines(input) };
    case 'held':
      return {
        type,
        holdId: readHoldId(input),
        ttlMs: readUint(input),
        lines: readLines(input, readPoolUnits),
      };
    case 'extended':
      return { type, holdId: readHoldId(input), ttlMs: readUint(input) };
    case 'capturing':
      return { type, holdId: readHoldId(input) };
    case 'confirmed':
      return {
        type,
        holdId: readHoldId(input),
        closes: readLines(input, readPoolUnits),
        ...readOrderHead(input),
        lines: readSoldLines(input),
      };
    case 'released':
      return {
        type,
        holdId: readHoldId(input),
        cause: readChoice(input, RELEASE_CAUSES),
        closes: readLines(input, readPoolUnits),
      };
    case 'cancelled':
      return {
        type,
        orderId: readId(input, ID_BYTES) as OrderId,
        reason: readText(input, REASON_BYTES),
        lines: readLineUnits(input),
      };
    case 'received': {
      const cause = readChoice(input, RECEIPT_CAUSES);
      const lines = readLines(input, readPoolUnits);
      return isAtEnd(input) ? { type, cause, lines } : { type, cause, lines, reason: readReason(input) };
    }
    case 'returned':
    case 'shipped':
      return { type, orderId: readId(input, ID_BYTES) as OrderId, lines: readLineUnits(input) };
    case 'counted':
      return {
        type,
        reason: readText(input, REASON_BYTES),
        lines: readLines(input, (pool) => ({
          pool,
          found: readUint(input),
          more: readUint(input),
          less: readUint(input),
          owed: readUint(input),
        })),
      };
    case 'lost':
      return {
        type,
        cause: readChoice(input, LOSS_CAUSES),
        reason: readText(input, REASON_BYTES),
        lines: readLines(input, (pool) => ({ pool, less: readUint(input), owed: readUint(input) })),
      };
    case 'repaid':
      return { type, lines: readLines(input, readPoolUnits) };
    case 'checkpoint':
      return { type, digest: readHex(input, 8), pools: readUint(input) };
    case 'fenced':
      return {
        type,
        writer: readWriter(input),
        seq: readUint(input),
        hash: readFixed(input, 32).slice(),
        reason: readChoice(input, FENCE_REASONS),
      };
    case 'reclaimed':
      return { type, writer: readWriter(input), items: readLines(input, readPoolUnits) };
    case 'marked':
      return { type, orderId: readId(input, ID_BYTES) as OrderId, mark: readChoice(input, ORDER_MARKS) };
    default:
      return type satisfies never;
  }
}

function readPoolUnits(pool: PoolUnitsPool, input: Reader) {
  return { pool, n: readQuantity(input) };
}
type PoolUnitsPool = Parameters<Parameters<typeof readLines>[1]>[0];

function writeLineUnits(
  out: Writer,
  lines: readonly { lineId: LineId; pool: PoolUnitsPool; n: number }[],
): void {
  writeLines(out, lines, (line) => {
    writeText(out, line.lineId);
    writeUint(out, line.n);
  });
}

function readLineUnits(input: Reader) {
  return readLines(input, (pool) => ({
    pool,
    lineId: readId(input, ID_BYTES) as LineId,
    n: readQuantity(input),
  }));
}

/** One that is there: none and an empty one would be two forms of the same. */
function readReason(input: Reader): string {
  const reason = readText(input, REASON_BYTES);
  if (reason === '') throw new MalformedBytes('an empty reason');
  return reason;
}

function readHoldId(input: Reader): HoldId {
  return readId(input, ID_BYTES) as HoldId;
}

function readWriter(input: Reader): WriterId {
  return asWriter(readText(input, ID_BYTES));
}

function asWriter(text: string): WriterId {
  if (!isWriterId(text)) throw new MalformedBytes('not a writer id');
  return text;
}
