/** The short ways of `bytes.ts` write and read what lib0 does. */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { expect, test } from 'vitest';
import {
  createReader,
  createWriter,
  finish,
  hexOf,
  readHex,
  readText,
  writeBlob,
  writeFixed,
  writeHex,
  writeText,
  writtenInBlock,
} from './bytes.ts';
import { joinEntries, splitEntries } from './slices.ts';

const TEXTS = [
  '',
  'a',
  'sku-1@berlin',
  'twelve-bytes',
  'thirteen-byte',
  'berlin.1.0123456789abcdef0123456789abcdef',
  'x'.repeat(127),
  'x'.repeat(128),
  'x'.repeat(5_000),
  'Übergröße',
  '€'.repeat(60),
  '\ud800 alone',
  'nul \0 inside',
];

test('a text is written as lib0 writes it, and read again', () => {
  for (const text of TEXTS) {
    const theirs = encoding.createEncoder();
    encoding.writeVarString(theirs, text);
    const out = createWriter();
    writeText(out, text);
    const bytes = finish(out);
    expect(hexOf(bytes)).toBe(hexOf(encoding.toUint8Array(theirs)));
    expect(readText(createReader(bytes), 10_000)).toBe(decoding.readVarString(decoding.createDecoder(bytes)));
  }
});

test('texts that pass the end of a buffer are whole', () => {
  const theirs = encoding.createEncoder();
  const out = createWriter();
  for (let i = 0; i < 200; i += 1) {
    const text = TEXTS[i % TEXTS.length] as string;
    encoding.writeVarString(theirs, text);
    writeText(out, text);
  }
  expect(hexOf(finish(out))).toBe(hexOf(encoding.toUint8Array(theirs)));
});

test('hex digits of either case are the bytes that they name', () => {
  const all = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0')).join('');
  const out = createWriter();
  writeHex(out, all);
  writeHex(out, all.toUpperCase());
  const bytes = finish(out);
  expect([...bytes.subarray(0, 256)]).toEqual(Array.from({ length: 256 }, (_, byte) => byte));
  expect(readHex(createReader(bytes), 512)).toBe(all + all);
});

test('what one writer wrote stays as it was while others write', () => {
  const write = (byte: number) => {
    const outer = createWriter();
    const inner = createWriter();
    writeFixed(inner, new Uint8Array(30).fill(byte));
    writeText(outer, 'around');
    writeBlob(outer, finish(inner));
    return finish(outer);
  };
  const first = write(1);
  const before = hexOf(first);
  for (let byte = 2; byte < 20; byte += 1) write(byte);
  expect(hexOf(first)).toBe(before);
});

test('a writer ends once', () => {
  const out = createWriter();
  writeText(out, 'once');
  expect(hexOf(finish(out))).toBe('046f6e6365');
  expect(() => finish(out)).toThrow('has ended');
});

test('what is written in a block is what a writer of its own writes, and stays so', () => {
  const texts = Array.from({ length: 400 }, (_, i) => 'x'.repeat((i * 37) % 700)).concat(
    'y'.repeat(70_000),
    'z',
  );
  const write = (text: string) => (out: encoding.Encoder) => {
    writeText(out, text);
    writeFixed(out, new Uint8Array(32).fill(text.length));
    writeFixed(out, new Uint8Array(300).fill(7));
  };
  const alone = (text: string) => {
    const out = createWriter();
    write(text)(out);
    return finish(out);
  };
  const views = texts.map((text) => writtenInBlock(write(text)));
  expect(views).toEqual(texts.map(alone));
  // One that throws leaves nothing behind.
  expect(() =>
    writtenInBlock((out) => {
      writeText(out, 'half');
      throw new Error('no');
    }),
  ).toThrow('no');
  expect(writtenInBlock(write('next'))).toEqual(alone('next'));
  expect(views).toEqual(texts.map(alone));
});

test('entries are joined as blobs are written, whatever their sizes', () => {
  const entries = [0, 1, 127, 128, 300, 16_383, 16_384, 70_000].map((size) =>
    new Uint8Array(size).fill(size),
  );
  const out = createWriter();
  for (const bytes of entries) writeBlob(out, bytes);
  const joined = joinEntries(entries.map((bytes) => ({ bytes })));
  expect(joined).toEqual(finish(out));
  expect(joined.buffer.byteLength).toBe(joined.length);
  expect(splitEntries(joined)).toEqual(entries);
});
