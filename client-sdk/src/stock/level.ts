/** Levels of one product: what a region answered, brought up to date by what the feed tells. Pure. */
import type { TallystickEvent } from '../events/events.ts';
import type { components } from '../generated/openapi.ts';

/** Whole base units. All of them are hints: a sale is decided by the region that is asked for it. */
export interface Units {
  /** Goods that stand there. */
  readonly onHand: number;
  /** What can still be sold, by anybody; below zero where more is owed than there is. */
  readonly available: number;
  /** Sold or set aside, and not yet gone. */
  readonly committed: number;
}

export interface LocationLevel extends Units {
  /** The place. */
  readonly locationId: string;
  /** When it was so, by the authority's clock (RFC 3339); null where the authority was never heard. */
  readonly asOf: string | null;
}

/** Over all locations, and each. */
export interface StockLevel extends Units {
  /** Each place that ever had it. */
  readonly locations: readonly LocationLevel[];
}

type Stock = components['schemas']['Stock'];

/** @param known what events have said already; of a place the later word stays */
export function levelOf(stock: Stock, known?: StockLevel): StockLevel {
  const read = stock.locations.map(({ locationId, onHand, available, committed }) => ({
    locationId,
    onHand,
    available,
    committed,
    asOf: stock.asOf,
  }));
  const names = new Set(read.map(({ locationId }) => locationId));
  const onlyKnown = (known?.locations ?? []).filter(
    ({ locationId, asOf }) => !names.has(locationId) && isLater(asOf, stock.asOf),
  );
  return sumOf([
    ...read.map((now) => {
      const before = known?.locations.find(({ locationId }) => locationId === now.locationId);
      return before !== undefined && isLater(before.asOf, now.asOf) ? before : now;
    }),
    ...onlyKnown,
  ]);
}

/** The same level where the event says nothing new. */
export function applyEvent(
  level: StockLevel,
  { data, time }: TallystickEvent<'stock.level_changed'>,
): StockLevel {
  const { locationId, onHand, available, committed } = data;
  const before = level.locations.find((one) => one.locationId === locationId);
  if (before !== undefined && isLater(before.asOf, time)) return level;
  const others = level.locations.filter((one) => one !== before);
  return sumOf([...others, { locationId, onHand, available, committed, asOf: time }]);
}

function sumOf(unsorted: readonly LocationLevel[]): StockLevel {
  const locations = [...unsorted].sort((a, b) => (a.locationId < b.locationId ? -1 : 1));
  const sum = (of: (one: Units) => number) => locations.reduce((n, one) => n + of(one), 0);
  return {
    onHand: sum(({ onHand }) => onHand),
    available: sum(({ available }) => available),
    committed: sum(({ committed }) => committed),
    locations,
  };
}

function isLater(a: string | null, b: string | null): boolean {
  if (a === null) return false;
  return b === null || Date.parse(a) > Date.parse(b);
}
