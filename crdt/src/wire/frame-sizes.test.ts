/** The largest frames that this release says stay below what its peers take, however long the names in them (L5, L7). */
import { expect, test } from 'vitest';
import { CELLS_PER_FRAME } from '../hub/cells.ts';
import type { PoolId, WriterId } from '../ids.ts';
import { COLUMN_MAX } from '../tally/row.ts';
import { decodeFrame, encodeFrame } from './frame-codec.ts';
import { FRAME_BYTES_MAX, type Frame, HEADS_MAX, ITEMS_PER_FRAME } from './frames.ts';

/** Characters of four bytes, and the longest name that a place may have. */
const digit = (of: string) => String.fromCodePoint(0x1d7ce + Number(of));
const sku = (i: number) => [...String(i).padStart(64, '0')].map(digit).join('');
const pool = (i: number) => `${sku(i)}@${'p'.repeat(63)}` as PoolId;
const longest = (i: number) => `${'w'.repeat(63)}.999999999.${i.toString(16).padStart(32, 'f')}` as WriterId;
const names = { writer: longest(1), parent: longest(2) };
const most = COLUMN_MAX;

const times = <Item>(count: number, of: (i: number) => Item) =>
  Array.from({ length: count }, (_, i) => of(i));
const points = times(HEADS_MAX, (i) => ({ writer: longest(i), seq: most, hash: new Uint8Array(32) }));
const fenced = points.map((point) => ({ ...point, reason: 'foreign-pool' as const }));

const frames: Frame[] = [
  {
    kind: 'hello',
    protocol: { min: 1, max: 1 },
    channels: [],
    writer: longest(0),
    replicaKind: 'region',
    parentSeen: { writer: longest(1), seq: most },
    heads: points,
    wantsLevels: true,
    catalogueVersion: most,
    signature: new Uint8Array(64),
  },
  { kind: 'welcome', protocol: 1, channels: [], writer: longest(0), has: points, settled: points },
  { kind: 'ack', ...names, cursor: most, gap: true, has: points, settled: points, fenced },
  {
    kind: 'asks',
    ...names,
    items: times(ITEMS_PER_FRAME, (i) => ({ pool: pool(i), atLeast: most, waitMs: most })),
  },
  {
    kind: 'recalls',
    ...names,
    items: times(ITEMS_PER_FRAME, (i) => ({ pool: pool(i), keep: most, given: most })),
  },
  { kind: 'denied', ...names, items: times(ITEMS_PER_FRAME, (i) => ({ pool: pool(i), atLeast: most })) },
  {
    kind: 'levels',
    asOfMs: most,
    items: times(ITEMS_PER_FRAME, (i) => ({ pool: pool(i), onHand: -most, available: -most })),
  },
  {
    kind: 'cells',
    ...names,
    from: most,
    to: most,
    cells: times(CELLS_PER_FRAME, (i) => ({
      pool: pool(i),
      from: longest(i),
      to: longest(i),
      n: most,
      seq: most,
    })),
  },
];

test.each(frames.map((frame) => [frame.kind, frame] as const))('[L5] [L7] %s', (_, frame) => {
  const bytes = encodeFrame(frame);
  expect(bytes.length).toBeLessThanOrEqual(FRAME_BYTES_MAX);
  expect(decodeFrame(bytes)).toEqual(frame);
});
