/** An import of products: row by row, in bounded memory, whatever the file holds. */
import { Readable } from 'node:stream';
import { beforeEach, describe, expect, test } from 'vitest';
import { TestFleet } from '../../authority/fleet.test-kit.ts';

let fleet: TestFleet;
let url: string;

beforeEach(async () => {
  fleet = await TestFleet.start();
  await fleet.add('eu', 'region', 'authority', null);
  url = fleet.served.get('eu')?.url as string;
});

async function send(
  type: string,
  body: string | Readable,
): Promise<{ status: number; lines: Record<string, unknown>[] }> {
  const response = await fetch(`${url}/v1/products/import`, {
    method: 'POST',
    headers: { 'content-type': type },
    body: body as never,
    ...(typeof body === 'string' ? {} : { duplex: 'half' }),
  } as RequestInit);
  const text = await response.text();
  return {
    status: response.status,
    lines: text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  };
}

const product = async (sku: string) => (await fetch(`${url}/v1/products/${sku}`)).json() as Promise<object>;

describe('an import of products', () => {
  test('reads CSV as people write it, and says of each row what became of it', async () => {
    const header = 'sku,name,name_de,price_EUR,price_JPY,tax_percent,tax_included,units,barcodes';
    const file = [
      header,
      'CUP,Cup,Tasse,4.50,700,19,true,case=12|pallet=480,4006381333931',
      '"A, B","Say ""hi""",,1,,7.5,false,,',
      'BAD,Bad,,4.505,,,,,',
      ',No SKU,,1,,,,,',
      'CUP2,Cup,,1,,,,,4006381333932',
      'SHORT,row',
      'LONG,row,,1,,,,,,more',
      'CUP,Mug,Becher,5,700,19,true,case=12,4006381333931',
      'CUP,Mug,Becher,5,700,19,true,case=12,4006381333931',
    ].join('\r\n');
    const { status, lines } = await send('text/csv', `\ufeff${file}\r\n`);
    expect(status).toBe(200);
    expect(lines).toMatchObject([
      { row: 1, sku: 'CUP', result: 'created' },
      { row: 2, sku: 'A, B', result: 'refused', pointer: '/sku' },
      { row: 3, result: 'refused', message: expect.stringContaining('price_EUR is 4.505') },
      { row: 4, result: 'refused', pointer: '/sku' },
      { row: 5, sku: 'CUP2', result: 'refused', pointer: '/barcodes/0' },
      { row: 6, result: 'refused', message: expect.stringContaining('got 2 on line 7') },
      { row: 7, result: 'refused', message: expect.stringContaining('got 10 on line 8') },
      // Named again, as in exports with a row for each picture: the last one counts, and it is one product.
      { row: 8, sku: 'CUP', result: 'changed' },
      { row: 9, sku: 'CUP', result: 'same' },
      { done: true, created: 1, changed: 1, same: 1, refused: 6 },
    ]);
    expect(await product('CUP')).toMatchObject({
      names: { en: 'Mug', de: 'Becher' },
      prices: { EUR: 500, JPY: 700 },
      taxRateBp: 1900,
      units: [{ unit: 'case', basePerUnit: 12 }],
      barcodes: ['04006381333931'],
    });
  });

  test('again changes nothing; a changed row is a change; the base unit stays', async () => {
    const rows = [{ sku: 'CUP', names: { en: 'Cup' }, prices: { EUR: 450 } }];
    const file = (more: object) => rows.map((row) => JSON.stringify({ ...row, ...more })).join('\n');
    const type = 'application/x-ndjson';
    expect((await send(type, file({}))).lines[0]).toMatchObject({ result: 'created' });
    expect((await send(type, file({}))).lines[0]).toMatchObject({ result: 'same' });
    expect((await send(type, file({ prices: { EUR: 1 } }))).lines[0]).toMatchObject({ result: 'changed' });
    expect((await send(type, file({ baseUnit: 'gram' }))).lines[0]).toMatchObject({
      result: 'refused',
      pointer: '/baseUnit',
    });
  });

  test('is a stream: rows come back while others are still to be sent', async () => {
    let sent = 0;
    const rows = (function* () {
      for (; sent < 3_000; sent += 1) {
        yield `${JSON.stringify({ sku: `S${sent}`, names: { en: 'x' }, prices: { EUR: sent } })}\n`;
      }
    })();
    const { lines } = await send('application/x-ndjson', Readable.from(rows));
    expect(lines).toHaveLength(3_001);
    expect(lines.at(-1)).toEqual({ done: true, created: 3_000, changed: 0, same: 0, refused: 0 });
    expect(lines.slice(0, -1).map(({ row }) => row)).toEqual(Array.from({ length: 3_000 }, (_, i) => i + 1));
  });

  test('of lines that are no UTF-8 refuses those', async () => {
    const row = (sku: string) => Buffer.from(`{"sku":"${sku}","names":{"en":"x"},"prices":{}}\n`);
    const bad = row('U2');
    bad[bad.indexOf('x')] = 0xff;
    const { lines } = await send('application/x-ndjson', Readable.from([row('U1'), bad, row('U3')]));
    expect(lines).toMatchObject([
      { row: 1, sku: 'U1', result: 'created' },
      { row: 2, result: 'refused', message: 'the line is no UTF-8' },
      { row: 3, sku: 'U3', result: 'created' },
      { done: true },
    ]);
  });

  test('stops where a line never ends, or the books go away, and says how far it came', async () => {
    const endless = await send('application/x-ndjson', 'x'.repeat(300_000));
    expect(endless.lines).toMatchObject([{ done: false, code: 'malformed_body' }]);
    await fleet.authorities[0]?.app.close();
    const away = await send(
      'application/x-ndjson',
      JSON.stringify({ sku: 'S', names: { en: 'x' }, prices: {} }),
    );
    expect(away.lines).toMatchObject([{ done: false, created: 0, code: 'authority_unreachable' }]);
  });

  test('of quotes where none belong costs no more than other words', async () => {
    const row = '{"a":['.repeat(40_000);
    const { lines } = await send('text/csv', `sku,name\nQ1,5" pipe\nQ2,${row}\nQ3,"5"" pipe"\n`);
    expect(lines).toMatchObject([
      { row: 1, sku: 'Q1', result: 'created' },
      { row: 2, sku: 'Q2', result: 'refused' },
      { row: 3, sku: 'Q3', result: 'created' },
      { done: true },
    ]);
    expect(await product('Q1')).toMatchObject({ names: { en: '5" pipe' } });
  });

  test('that is given up on in the middle says so, also to who sends it all before they read', async () => {
    for (const [type, head] of [
      ['text/csv', 'sku,name\nQ4,"'],
      ['application/x-ndjson', '{"sku":"'],
    ] as const) {
      const endless = await send(type, `${head}${'x'.repeat(4_000_000)}`);
      expect(endless.lines).toMatchObject([{ done: false, code: 'malformed_body' }]);
    }
  });

  test('that breaks behind rows that the books were told answers those rows first', async () => {
    const good = Array.from({ length: 700 }, (_, i) =>
      JSON.stringify({ sku: `B${i}`, names: { en: 'x' }, prices: {} }),
    ).join('\n');
    const { lines } = await send('application/x-ndjson', `${good}\n${'x'.repeat(300_000)}`);
    expect(lines.at(-1)).toMatchObject({ done: false, created: 500, code: 'malformed_body' });
    expect(lines.slice(0, -1).map(({ row }) => row)).toEqual(Array.from({ length: 500 }, (_, i) => i + 1));
    expect(await product('B499')).toMatchObject({ sku: 'B499' });
  });

  test('of one SKU many times, calls apart, keeps the last row', async () => {
    const row = (i: number) => JSON.stringify({ sku: 'SAME', names: { en: `${i}` }, prices: {} });
    const { lines } = await send(
      'application/x-ndjson',
      Array.from({ length: 1_201 }, (_, i) => row(i)).join('\n'),
    );
    expect(lines.at(-1)).toMatchObject({ done: true, refused: 0 });
    expect(await product('SAME')).toMatchObject({ names: { en: '1200' } });
  });

  test('takes CSV and NDJSON alone', async () => {
    const response = await fetch(`${url}/v1/products/import`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '[]',
    });
    expect(response.status).toBe(415);
    expect((await fetch(`${url}/v1/products/import`, { method: 'POST' })).status).toBe(415);
  });
});
