/**
 * The byte form of an entry, version 1: a head that is the same for every type, then the body.
 *
 *   v byte · type byte · writer text · seq uint · prevHash 32 bytes · docId text ·
 *   actor text · wallMs uint · monotonicMs uint · bootId 16 bytes · body
 *
 * The hash of an entry is SHA-256 over these bytes as they were stored, never over
 * a second encoding of what was read from them.
 */
import { isWriterId, type WriterId } from '../ids.ts';
import {
  assertAtEnd,
  createReader,
  MalformedBytes,
  type Reader,
  readByte,
  readFixed,
  readHex,
  readId,
  readText,
  readUint,
  writeByte,
  writeFixed,
  writeHex,
  writeText,
  writeUint,
  writtenInBlock,
} from '../wire/bytes.ts';
import { readBody, writeBody } from './body-codec.ts';
import { ENTRY_VERSION, type Entry, type EntryHead, type EntryType } from './entry.ts';
import { TooLarge } from './lines-codec.ts';

/** The largest entry that is written or taken in: an order of 10,000 lines with discounts fits twice. */
export const ENTRY_BYTES_MAX = 4 * 1024 * 1024;

/** Numbers are for ever: a new type goes to the end. */
const TYPES: readonly EntryType[] = [
  'life',
  'reparented',
  'took',
  'sent',
  'sold',
  'held',
  'extended',
  'capturing',
  'confirmed',
  'released',
  'cancelled',
  'received',
  'returned',
  'shipped',
  'counted',
  'lost',
  'repaid',
  'checkpoint',
  'fenced',
  'reclaimed',
  'marked',
];
const NUMBERS = new Map(TYPES.map((type, index) => [type, index + 1]));

/**
 * @returns bytes that lie in a block with others: whoever keeps them for long copies them.
 * @throws TooLarge for what nobody could read back: it must not be written (L7)
 */
export function encodeEntry(entry: Entry): Uint8Array {
  const bytes = writtenInBlock((out) => {
    writeByte(out, ENTRY_VERSION);
    writeByte(out, NUMBERS.get(entry.body.type) as number);
    writeText(out, entry.writer);
    writeUint(out, entry.seq);
    writeFixed(out, entry.prevHash);
    writeText(out, entry.docId);
    writeText(out, entry.actor);
    writeUint(out, entry.wallMs);
    writeUint(out, entry.monotonicMs);
    writeHex(out, entry.bootId);
    writeBody(out, entry.body);
  });
  if (bytes.length > ENTRY_BYTES_MAX)
    throw new TooLarge(`${bytes.length} bytes where at most ${ENTRY_BYTES_MAX} may stand`);
  return bytes;
}

/** @throws MalformedBytes when the bytes are not an entry that this release can read. */
export function decodeEntry(bytes: Uint8Array): Entry {
  const input = createReader(bytes);
  const head = readHead(input);
  const body = readBody(input, head.type);
  assertAtEnd(input);
  // Field by field, as entries are written: copying the rest of an object costs as much as reading all of it.
  return {
    v: head.v,
    writer: head.writer,
    seq: head.seq,
    prevHash: head.prevHash,
    docId: head.docId,
    actor: head.actor,
    wallMs: head.wallMs,
    monotonicMs: head.monotonicMs,
    bootId: head.bootId,
    body,
  };
}

/** Only the head: enough to place an entry in its chain. */
export function decodeHead(bytes: Uint8Array): EntryHead & { readonly type: EntryType } {
  return readHead(createReader(bytes));
}

function readHead(input: Reader): EntryHead & { readonly type: EntryType } {
  const v = readByte(input);
  if (v !== ENTRY_VERSION) throw new MalformedBytes(`entry version ${v} is not known to this release`);
  const number = readByte(input);
  const type = TYPES[number - 1];
  if (type === undefined) throw new MalformedBytes(`entry type ${number} is not known to this release`);
  const writer = readText(input, 120);
  if (!isWriterId(writer)) throw new MalformedBytes('the writer of an entry is not a writer id');
  const seq = readUint(input);
  if (seq === 0) throw new MalformedBytes('entries are numbered from 1');
  return {
    v,
    type,
    writer: writer as WriterId,
    seq,
    prevHash: readFixed(input, 32).slice(),
    docId: readId(input, 192),
    actor: readId(input, 160),
    wallMs: readUint(input),
    monotonicMs: readUint(input),
    bootId: readHex(input, 16),
  };
}
