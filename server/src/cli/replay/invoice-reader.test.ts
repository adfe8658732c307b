import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { type MalformedRow, type ReadOptions, readInvoices, readInvoicesFrom } from './invoice-reader.ts';
import type { Invoice } from './trade.ts';

const HEADER = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country';
const folder = mkdtempSync(join(tmpdir(), 'tallystick-reader-'));
afterAll(() => rmSync(folder, { recursive: true }));

function row(invoice: string, sku: string, name = 'A LAMP'): string {
  return `${invoice},${sku},${name},2,2010-12-01 08:26:00,2.55,17850.0,United Kingdom`;
}

/** Read in pieces of a few bytes, so that every record is cut somewhere. */
async function read(content: string | Buffer, options: ReadOptions = {}, pieceBytes = 7) {
  const bytes = Buffer.from(content as string);
  const malformed: MalformedRow[] = [];
  const invoices: Invoice[] = [];
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
  }
  const source = readInvoicesFrom(pieces(), { onMalformed: (bad) => malformed.push(bad), ...options });
  for await (const invoice of source) invoices.push(invoice);
  const lines = invoices.flatMap((invoice) => invoice.lines.map((line) => `${line.lineNo} ${line.sku}`));
  return { invoices, lines, malformed };
}

test.each([1, 2, 7, 64, 100_000])(
  'consecutive lines of one number are one invoice (pieces of %i bytes)',
  async (size) => {
    const text = [HEADER, row('1', 'a'), row('1', 'b'), row('2', 'c'), row('1', 'd'), ''].join('\n');
    const { invoices, lines } = await read(text, {}, size);
    expect(invoices.map(({ invoiceNo, lines: { length } }) => [invoiceNo, length])).toEqual([
      ['1', 2],
      ['2', 1],
      ['1', 1],
    ]);
    expect(lines).toEqual(['2 a', '3 b', '4 c', '5 d']);
  },
);

test('a byte order mark, Windows line ends, blank lines and a missing last line end do no harm', async () => {
  const { lines, malformed } = await read(`\ufeff${HEADER}\r\n\r\n${row('1', 'a')}\r\n\n${row('1', 'b')}`);
  expect(lines).toEqual(['3 a', '5 b']);
  expect(malformed).toEqual([]);
});

test('quotes hold commas, quotes and line breaks; a quote inside a bare field is itself', async () => {
  const text = [HEADER, row('1', 'a', '"BIG, ""RED""\nLAMP"'), row('1', 'b', '4" NAIL'), row('1', 'c')].join(
    '\n',
  );
  const { invoices, lines } = await read(text);
  expect(invoices[0]?.lines.map((line) => line.name)).toEqual(['BIG, "RED"\nLAMP', '4" NAIL', 'A LAMP']);
  expect(lines).toEqual(['2 a', '4 b', '5 c']);
});

test('a damaged row costs itself and nothing behind it', async () => {
  const text = Buffer.concat([
    Buffer.from(`${HEADER}\n${row('1', 'a')}\n`),
    Buffer.from(`${row('1', 'open', '"NEVER CLOSED')}\n`),
    Buffer.from(`${row('1', 'b', '"CLOSED, AND FINE"')}\n`),
    Buffer.from(`${row('1', 'nul\0')}\n`),
    Buffer.concat([Buffer.from('1,'), Buffer.from([0xff, 0xfe]), Buffer.from(',x,1,2010-12-01,1,,\n')]),
    Buffer.from(`too,few\n`),
    Buffer.from(`${row('1', 'junk', '"CLOSED" EARLY')}\n`),
    Buffer.from(`${row('1', 'long', 'x'.repeat(70_000))}\n`),
    Buffer.from(`${row('1', 'c')}\n`),
    Buffer.from(row('1', 'last', '"OPEN TO THE END')),
  ]);
  for (const pieceBytes of [5, 1_000_000]) {
    const { lines, malformed } = await read(text, {}, pieceBytes);
    expect(lines).toEqual(['2 a', '4 b', '10 c']);
    expect(malformed).toEqual([
      { lineNo: 3, reason: 'has a quote that is never closed' },
      { lineNo: 5, reason: 'holds a NUL byte' },
      { lineNo: 6, reason: 'is not valid UTF-8' },
      { lineNo: 7, reason: 'has 2 columns where the header has 8' },
      { lineNo: 8, reason: 'has a quote that is never closed' },
      { lineNo: 9, reason: 'is longer than 65536 bytes' },
      { lineNo: 11, reason: 'has a quote that is never closed' },
    ]);
  }
});

test('letters of several bytes survive being cut in two', async () => {
  const { invoices } = await read([HEADER, row('1', 'Käse', 'BRÛLÉE 🍮')].join('\n'), {}, 1);
  expect(invoices[0]?.lines[0]).toMatchObject({ sku: 'Käse', name: 'BRÛLÉE 🍮' });
});

test('a stock code that had to be renamed is told once', async () => {
  const renamed: string[] = [];
  const text = [HEADER, row('1', 'BANK CHARGES'), row('1', 'a'), row('2', 'BANK CHARGES')].join('\n');
  const { lines } = await read(text, { onRenamed: (code, sku) => renamed.push(`${code} is ${sku}`) });
  expect(lines).toEqual(['2 BANK%20CHARGES', '3 a', '4 BANK%20CHARGES']);
  expect(renamed).toEqual(['BANK CHARGES is BANK%20CHARGES']);
});

test('strict stops at the first malformed row and names its line', async () => {
  const text = [HEADER, row('1', 'a'), row('1', ''), row('1', 'b')].join('\n');
  await expect(read(text, { strict: true })).rejects.toThrow(
    /Line 3 cannot be used: the stock code is missing/,
  );
});

test('a file with nothing in it, or with a foreign header, is said to be so', async () => {
  await expect(read('')).rejects.toThrow(/empty/);
  await expect(read('\0\x01\x02\n1,2,3\n')).rejects.toThrow(/header in line 1 holds a NUL byte/);
  await expect(read('a,b,c\n1,2,3\n')).rejects.toThrow(/no column "InvoiceNo"/);
});

test('files are read plain or gzipped, whatever their name, and bad ones are explained', async () => {
  const text = [HEADER, row('1', 'a'), row('2', 'b')].join('\n');
  const zipped = gzipSync(text);
  const write = (name: string, content: string | Buffer) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const count = async (path: string) => {
    let invoices = 0;
    for await (const _ of readInvoices(path)) invoices++;
    return invoices;
  };
  expect(await count(write('plain.csv', text))).toBe(2);
  expect(await count(write('zipped.csv', zipped))).toBe(2);
  await expect(count(write('cut.csv.gz', zipped.subarray(0, 60)))).rejects.toThrow(/damaged gzip/);
  await expect(count(join(folder, 'absent.csv'))).rejects.toThrow(/There is no file/);
  await expect(count(folder)).rejects.toThrow(/is a folder/);
});
