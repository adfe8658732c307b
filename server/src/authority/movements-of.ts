/**
 * Movements: what one entry did to stock, as people read it: the net change of each pool
 * that it names. It is worked out by the fold that all books are made with, so that the
 * changes of a pool add up to what the books say of it.
 */
import { type EntryBody, forEachEffect, type PoolId } from '@tallystick/crdt';

export const MOVEMENT_TYPES = [
  'received',
  'sold',
  'cancelled',
  'shipped',
  'returned',
  'held',
  'released',
  'expired',
  'counted',
  'damaged',
  'lost',
  'corrected',
  'moved',
] as const;
export type MovementType = (typeof MOVEMENT_TYPES)[number];

export interface Movement {
  readonly pool: PoolId;
  readonly type: MovementType;
  /** Goods that came or left. */
  readonly onHand: number;
  /** Units that can be promised, or no longer. */
  readonly available: number;
  /** Units set aside, or free again. */
  readonly onHold: number;
}

/**
 * Nothing for what only moves rights between replicas, which changes nothing for those who buy and count; nor for what
 * no number says exactly, and no honest writer says at all (T7).
 */
export function movementsOf(body: EntryBody): Movement[] {
  const type = typeOf(body);
  if (type === undefined) return [];
  const changes = new Map<PoolId, { onHand: number; available: number; onHold: number; isUsed: boolean }>();
  const inexact = new Set<PoolId>();
  forEachEffect(body, ({ pool, column, n }) => {
    const change = changes.get(pool) ?? { onHand: 0, available: 0, onHold: 0, isUsed: false };
    changes.set(pool, change);
    const { onHand = 0, available = 0, onHold = 0 } = SIGNS[column] ?? {};
    change.onHand += onHand * n;
    change.available += available * n;
    change.onHold += onHold * n;
    change.isUsed ||= column === 'used';
    if (![change.onHand, change.available, change.onHold].every(Number.isSafeInteger)) inexact.add(pool);
  });
  for (const pool of inexact) changes.delete(pool);
  // A count that found what the books said did not change anything, and was made all the same.
  if (body.type === 'counted')
    for (const { pool } of body.lines)
      if (!changes.has(pool) && !inexact.has(pool))
        changes.set(pool, { onHand: 0, available: 0, onHold: 0, isUsed: false });
  return [...changes].map(([pool, { isUsed, ...change }]) => ({
    pool,
    // What the order did not take of its hold was set free.
    type: body.type === 'confirmed' && !isUsed ? 'released' : type,
    ...change,
  }));
}

interface Signs {
  readonly onHand?: 1 | -1;
  readonly available?: 1 | -1;
  readonly onHold?: 1 | -1;
}

/** The glossary's sums, column by column: on hand, available, on hold. */
const SIGNS: Readonly<Record<string, Signs>> = {
  received: { onHand: 1, available: 1 },
  reinstated: { available: 1 },
  used: { available: -1 },
  departed: { onHand: -1 },
  opened: { onHold: 1 },
  closed: { onHold: -1 },
  owed: { available: -1 },
  repaid: { available: 1 },
};

const LOSSES = { damage: 'damaged', shrinkage: 'lost', correction: 'corrected', transfer: 'moved' } as const;
const RECEIPTS = { delivery: 'received', correction: 'corrected', transfer: 'moved' } as const;

function typeOf(body: EntryBody): MovementType | undefined {
  switch (body.type) {
    case 'sold':
    case 'confirmed':
      return 'sold';
    case 'received':
      return RECEIPTS[body.cause];
    case 'lost':
      return LOSSES[body.cause];
    case 'released':
      return body.cause;
    case 'cancelled':
    case 'shipped':
    case 'returned':
    case 'held':
    case 'counted':
      return body.type;
    default:
      return undefined;
  }
}
