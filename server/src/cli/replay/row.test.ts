import { describe, expect, test } from 'vitest';
import { parseColumnMap, placeColumns } from './columns.ts';
import { minorOfDecimal } from './price.ts';
import { createRowParser } from './row.ts';
import { skuOfCode } from './sku-code.ts';
import { parseTradeDate } from './trade-date.ts';

const HEADER = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country'.split(',');
const places = placeColumns(HEADER, parseColumnMap(''));
const parse = createRowParser({ columns: HEADER.length, places, dayFirst: false });
const good = ['536365', '85123A', 'HEART', '6', '2010-12-01 08:26:00', '2.55', '17850.0', 'UK'];

function rowWith(changes: Readonly<Record<number, string>>) {
  return parse(
    good.map((cell, i) => changes[i] ?? cell),
    2,
  );
}

test('a good row becomes a line, and a spreadsheet’s customer loses its decimals', () => {
  expect(rowWith({})).toEqual({
    ok: true,
    row: {
      invoiceNo: '536365',
      at: Date.UTC(2010, 11, 1, 8, 26),
      customer: '17850',
      store: '',
      code: '85123A',
      line: { lineNo: 2, kind: 'sale', sku: '85123A', name: 'HEART', quantity: 6, unitPriceMinor: 255 },
    },
  });
});

test.each([
  ['C536379', '-1', 'return'],
  ['536589', '-10', 'shrinkage'],
  ['C-1001', '3', 'sale'],
])('invoice %s with quantity %s is a %s', (invoice, quantity, kind) => {
  expect(rowWith({ 0: invoice, 3: quantity })).toMatchObject({ row: { line: { kind } } });
});

test.each([
  ['no invoice number', { 0: ' ' }, /invoice number is missing/],
  ['a long invoice number', { 0: '9'.repeat(65) }, /invoice number .* longer than 64/],
  ['no stock code', { 1: '' }, /stock code is missing/],
  ['a stock code of 65 characters', { 1: 'x'.repeat(65) }, /1 to 64 visible/],
  ['a stock code with a control character', { 1: 'a\u0007b' }, /1 to 64 visible/],
  ['a long description', { 2: 'x'.repeat(501) }, /column 3 is longer/],
  ['quantity zero', { 3: '0' }, /quantity is zero/],
  ['a fractional quantity', { 3: '1.5' }, /not a whole number/],
  ['a quantity in words', { 3: 'six' }, /not a whole number/],
  ['a huge quantity', { 3: '2147483648' }, /too large/],
  ['no date', { 4: '' }, /date/],
  ['the 31st of February', { 4: '2011-02-31 10:00:00' }, /date/],
  ['a price in words', { 5: 'free' }, /price .* cannot be read/],
  ['a negative price', { 5: '-11062.06' }, /below zero/],
  ['a long customer', { 6: 'x'.repeat(65) }, /customer .* longer/],
])('%s is a reason to skip the row', (_, changes, reason) => {
  expect(rowWith(changes)).toMatchObject({ ok: false, reason: expect.stringMatching(reason) });
});

test('a row with a column too few or too many is named as such', () => {
  expect(parse(good.slice(1), 9)).toMatchObject({ ok: false, reason: expect.stringMatching(/7 columns/) });
  expect(parse([...good, ''], 9)).toMatchObject({ ok: false, reason: expect.stringMatching(/9 columns/) });
});

test.each([
  ['2.55', 255],
  ['2', 200],
  ['0', 0],
  ['2.5', 250],
  ['0.125', 12],
  ['0.135', 14],
  ['0.1250001', 13],
  ['0.126', 13],
  ['1.995', 200],
  ['11062.06', 1_106_206],
  ['-0.001', 0],
  ['-1.5', -150],
  ['21474836.47', 2_147_483_647],
  ['21474836.48', undefined],
  ['1e3', undefined],
  ['1,50', undefined],
  ['', undefined],
])('the price %s is %s minor units', (text, minor) => {
  expect(minorOfDecimal(text)).toBe(minor);
});

test.each([
  ['2010-12-01 08:26:00', false, '2010-12-01T08:26:00.000Z'],
  ['2010-12-01', false, '2010-12-01T00:00:00.000Z'],
  ['2010-12-01T08:26', false, '2010-12-01T08:26:00.000Z'],
  ['2010-12-01T08:26:00.5Z', false, '2010-12-01T08:26:00.500Z'],
  ['2010-12-01T08:26:00+01:00', false, '2010-12-01T07:26:00.000Z'],
  ['12/1/2010 8:26', false, '2010-12-01T08:26:00.000Z'],
  ['12/1/2010 8:26', true, '2010-01-12T08:26:00.000Z'],
  ['2011-03-31 23:59:59', false, '2011-03-31T23:59:59.000Z'],
])('the date %s (day first: %s) is %s', (text, dayFirst, iso) => {
  expect(new Date(parseTradeDate(text, dayFirst) ?? 0).toISOString()).toBe(iso);
});

test.each(['2010-13-01', '2010-04-31', '2010-12-01 24:00:00', '13/13/2010 8:26', 'yesterday', '20101201'])(
  '%s is no date',
  (text) => {
    expect(parseTradeDate(text)).toBeUndefined();
  },
);

test('stock codes with spaces become SKUs, and no two codes become one', () => {
  expect(skuOfCode('BANK CHARGES')).toBe('BANK%20CHARGES');
  expect(skuOfCode('BANK%20CHARGES')).toBe('BANK%2520CHARGES');
  expect(skuOfCode(' gift_0001_20 ')).toBe('gift_0001_20');
  expect(skuOfCode('5 %\u00a0off')).toBe('5%20%25%C2%A0off');
});

describe('columns', () => {
  test('other headers are mapped, and optional ones may be absent', () => {
    const map = parseColumnMap('invoice=Order, sku=Article,quantity=Qty,date=When,store=Shop,price=');
    expect(placeColumns(['Shop', 'Order', 'Article', 'Qty', 'When'], map)).toMatchObject({
      store: 0,
      invoice: 1,
      sku: 2,
      quantity: 3,
      date: 4,
      price: -1,
      customer: -1,
    });
  });

  test('a header that is not there, a name that is none, and a key left out are said', () => {
    expect(() => placeColumns(['a', 'b'], parseColumnMap(''))).toThrow(
      /no column "InvoiceNo".*--map invoice=/,
    );
    expect(() => placeColumns(HEADER, parseColumnMap('store=Shop'))).toThrow(/no column "Shop"/);
    expect(() => parseColumnMap('colour=Red')).toThrow(/does not understand "colour=Red"/);
    expect(() => parseColumnMap('sku')).toThrow(/does not understand "sku"/);
    expect(() => parseColumnMap('sku=')).toThrow(/sku cannot be left out/);
  });
});
