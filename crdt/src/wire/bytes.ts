/**
 * Bytes: lib0's encoding with every read bounded.
 *
 * What arrives is hostile until proven (L7): a reader never looks past its own
 * bytes, never allocates from a number it was merely told, and fails with one
 * error class that the caller turns into a refusal.
 *
 *   const out = createWriter(); writeText(out, 'lamp'); writeUint(out, 3);
 *   const input = createReader(finish(out)); readText(input, 64); readUint(input);
 */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';

export type Writer = encoding.Encoder;
export type Reader = decoding.Decoder;

/** The bytes do not say what their kind must say. The message is for a log, never for a shopper. */
export class MalformedBytes extends Error {
  override readonly name = 'MalformedBytes';
}

/** Buffers that finished writers left. Nearly every entry and frame fits into one, and a new one costs more than it does. */
const spare: Writer['cbuf'][] = [];
const SPARE_BYTES = 1_024;
const SPARE_MAX = 4;

export function createWriter(): Writer {
  return { cpos: 0, cbuf: spare.pop() ?? new Uint8Array(SPARE_BYTES), bufs: [] };
}

/** A copy of what was written. The writer has ended: its buffer is another's from here on. @throws for one that has ended. */
export function finish(out: Writer): Uint8Array {
  if (out.cbuf === ENDED) throw new Error('This writer has ended.');
  if (out.bufs.length > 0) return encoding.toUint8Array(out);
  const bytes = out.cbuf.slice(0, out.cpos);
  if (spare.length < SPARE_MAX) spare.push(out.cbuf);
  out.cbuf = ENDED;
  return bytes;
}

const ENDED = new Uint8Array(0);

/** Entries lie beside each other in blocks: a buffer of its own costs an entry more than its encoding, and the collector again. */
const BLOCK_BYTES = 32 * 1024;
/** Less room than this is left to the block before: nearly every entry fits. */
const ENTRY_ROOM_BYTES = 2 * 1024;
let block: Writer['cbuf'] = ENDED;
let blockUsed = 0;

/**
 * What `write` writes, as a view into a block that others share and nobody writes to again. For what is read soon and
 * copied by whoever keeps it; a view that is kept holds the whole block. `write` must not call this again.
 */
export function writtenInBlock(write: (out: Writer) => void): Uint8Array {
  if (block.length - blockUsed < ENTRY_ROOM_BYTES) {
    block = new Uint8Array(BLOCK_BYTES);
    blockUsed = 0;
  }
  const from = blockUsed;
  const out: Writer = { cpos: from, cbuf: block, bufs: [] };
  write(out);
  if (out.cbuf !== block) return encoding.toUint8Array(out).slice(from);
  blockUsed = out.cpos;
  return block.subarray(from, out.cpos);
}

export function createReader(bytes: Uint8Array): Reader {
  return decoding.createDecoder(bytes);
}

export function isAtEnd(input: Reader): boolean {
  return input.pos >= input.arr.length;
}

export function assertAtEnd(input: Reader): void {
  if (!isAtEnd(input)) throw new MalformedBytes(`${input.arr.length - input.pos} bytes too many`);
}

export function writeByte(out: Writer, value: number): void {
  encoding.writeUint8(out, value);
}

export function readByte(input: Reader): number {
  if (isAtEnd(input)) throw new MalformedBytes('unexpected end');
  return decoding.readUint8(input);
}

/** Whole numbers from 0 to 2^53−1. */
export function writeUint(out: Writer, value: number): void {
  encoding.writeVarUint(out, value);
}

export function readUint(input: Reader, max: number = Number.MAX_SAFE_INTEGER): number {
  let value: number;
  try {
    value = decoding.readVarUint(input);
  } catch (error) {
    throw new MalformedBytes(`not a number: ${(error as Error).message}`);
  }
  if (!Number.isSafeInteger(value) || value > max) throw new MalformedBytes(`number ${value} is over ${max}`);
  return value;
}

/** How many items follow: at most `max`, and never more than there are bytes left to hold them. */
export function readCount(input: Reader, max: number): number {
  const count = readUint(input);
  if (count > max) throw new MalformedBytes(`${count} items where at most ${max} may stand`);
  if (count > input.arr.length - input.pos) throw new MalformedBytes(`${count} items in too few bytes`);
  return count;
}

export function writeText(out: Writer, text: string): void {
  if (!writePlainText(out, text)) encoding.writeVarString(out, text);
}

/** The bytes that lib0 would write, for ASCII whose length is one byte and that fits into the buffer: nearly all. */
function writePlainText(out: Writer, text: string): boolean {
  const { cbuf, cpos } = out;
  const size = text.length;
  if (size > 127 || cpos + 1 + size > cbuf.length) return false;
  for (let i = 0; i < size; i += 1) {
    const code = text.charCodeAt(i);
    if (code > 127) return false;
    cbuf[cpos + 1 + i] = code;
  }
  cbuf[cpos] = size;
  out.cpos = cpos + 1 + size;
  return true;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** This beats a TextDecoder call up to about this length (measured); a longer sum of characters has to be flattened later. */
const PLAIN_TEXT_MAX = 12;

/** UTF-8 of at most `bytesMax` bytes. */
export function readText(input: Reader, bytesMax: number): string {
  const size = readUint(input);
  if (size > bytesMax) throw new MalformedBytes(`text of ${size} bytes where at most ${bytesMax} may stand`);
  const start = input.pos;
  const end = start + size;
  if (end > input.arr.length) throw new MalformedBytes('text cut short');
  input.pos = end;
  if (size <= PLAIN_TEXT_MAX) {
    let text = '';
    let i = start;
    for (; i < end; i += 1) {
      const code = input.arr[i] as number;
      if (code > 127) break;
      text += String.fromCharCode(code);
    }
    if (i === end) return text;
  }
  try {
    return utf8.decode(input.arr.subarray(start, end));
  } catch {
    throw new MalformedBytes('text is not UTF-8');
  }
}

const ID = /^[\x21-\x7e]+$/;

/** An id: printable ASCII without spaces, so that it means the same in every database and log. */
export function readId(input: Reader, bytesMax: number): string {
  const text = readText(input, bytesMax);
  if (!ID.test(text)) throw new MalformedBytes('an id with characters that no id may have');
  return text;
}

/** A blob of known size. */
export function writeFixed(out: Writer, bytes: Uint8Array): void {
  encoding.writeUint8Array(out, bytes);
}

/** A view, not a copy: whoever keeps it longer than the frame copies it. */
export function readFixed(input: Reader, size: number): Uint8Array {
  const end = input.pos + size;
  if (end > input.arr.length) throw new MalformedBytes(`${size} bytes cut short`);
  const bytes = input.arr.subarray(input.pos, end);
  input.pos = end;
  return bytes;
}

export function writeBlob(out: Writer, bytes: Uint8Array): void {
  encoding.writeVarUint8Array(out, bytes);
}

export function readBlob(input: Reader, bytesMax: number): Uint8Array {
  const size = readUint(input);
  if (size > bytesMax) throw new MalformedBytes(`${size} bytes where at most ${bytesMax} may stand`);
  return readFixed(input, size);
}

export function writeHex(out: Writer, hex: string): void {
  for (let i = 0; i < hex.length; i += 2)
    encoding.writeUint8(out, (nibble(hex.charCodeAt(i)) << 4) | nibble(hex.charCodeAt(i + 1)));
}

/** Of `0`–`9`, `a`–`f` and `A`–`F`. */
function nibble(code: number): number {
  return code <= 57 ? code - 48 : (code | 32) - 87;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

export function readHex(input: Reader, size: number): string {
  let text = '';
  for (const byte of readFixed(input, size)) text += HEX[byte];
  return text;
}

export function hexOf(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += HEX[byte];
  return text;
}

/** One of a fixed list, written as its index: new members go to the end, none is ever taken out. */
export function writeChoice<T extends string>(out: Writer, choices: readonly T[], value: T): void {
  encoding.writeUint8(out, choices.indexOf(value));
}

export function readChoice<T extends string>(input: Reader, choices: readonly T[]): T {
  const value = choices[readByte(input)];
  if (value === undefined) throw new MalformedBytes(`not one of ${choices.join(', ')}`);
  return value;
}
