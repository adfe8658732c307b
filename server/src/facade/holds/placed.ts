/**
 * Placing a hold: which units of which places its lines ask for.
 *
 * Lines without a location are held where they could be sold, whole or, if they may, in pieces; where nobody
 * could, what was heard of each place decides where to ask, and preference. A hold that is known is held where it was, so that a repeat is the
 * same request.
 */
import {
  type LineId,
  type LocationId,
  type PoolId,
  parsePoolId,
  placeToAsk,
  poolId,
  type Sku,
  sourceInParts,
  toBase,
  unitOf,
} from '@tallystick/crdt';
import { type Agent, Problem } from '@tallystick/store-agent';
import type { z } from 'zod';
import type { holdBody } from './schema.ts';

type HoldBody = Pick<z.output<typeof holdBody>, 'lines' | 'allowSplit'>;
type Line = HoldBody['lines'][number];
interface Units {
  readonly pool: PoolId;
  readonly n: number;
}

/** @param before what the hold of this name set aside, where there was one @throws Problem */
export function placed(
  agent: Agent,
  { lines, allowSplit }: HoldBody,
  before: readonly Units[] = [],
): Units[] {
  const candidates = agent.sellsFrom();
  const availableOf = (pool: PoolId) => agent.levels.at(pool)?.available;
  const asked = lines.map((line, i) => ({
    lineId: String(i) as LineId,
    sku: line.sku as Sku,
    quantityBase: baseUnits(agent, line, i),
    // A case is held as a case.
    maySplit: allowSplit === true && line.unit === undefined,
    ...(line.locationId === undefined ? {} : { locationId: line.locationId as LocationId }),
  }));
  const { ledger } = agent.engine.replica;
  const sourced = sourceInParts(asked, candidates, (sku, location) => ledger.usable(poolId(sku, location)));
  const parts = new Map<LineId, Units[]>(asked.map(({ lineId }) => [lineId, []]));
  for (const { lineId, locationId, quantityBase: n } of sourced.ok ? sourced.parts : [])
    parts.get(lineId)?.push({ pool: poolId(asked[Number(lineId)]?.sku as Sku, locationId), n });
  let seen = 0;
  return asked.flatMap(({ lineId, sku, quantityBase: n, locationId }) => {
    const held = piecesOf(before, seen, sku, n);
    seen += held.length;
    if (locationId !== undefined) return [{ pool: poolId(sku, locationId), n }];
    if (held.length > 0) return held;
    if (sourced.ok) return parts.get(lineId) as Units[];
    if (candidates.length > 0)
      return [{ pool: poolId(sku, placeToAsk({ availableOf }, sku, n, candidates)), n }];
    throw new Problem('invalid_request', 'Name a location for each line: none is configured to choose from.');
  });
}

/** Those from there on that are so many of one SKU; none where they are not. */
function piecesOf(units: readonly Units[], from: number, sku: Sku, wanted: number): readonly Units[] {
  let left = wanted;
  let end = from;
  for (; left > 0; end += 1) {
    const unit = units[end];
    if (unit === undefined || parsePoolId(unit.pool).sku !== sku) break;
    left -= unit.n;
  }
  return left === 0 ? units.slice(from, end) : [];
}

/** A SKU that nobody knows is refused by who looks up all of them. @throws Problem */
function baseUnits(agent: Agent, { sku, quantity, unit: named }: Line, i: number): number {
  const product = agent.catalogue.product(sku);
  if (product === undefined || named === undefined) return quantity;
  const unit = unitOf(product, named);
  if (unit === undefined) {
    const units = [product.baseUnit, ...(product.units ?? []).map((each) => each.unit)].join(', ');
    const message = `${sku} is sold by ${units}, and not by ${named}`;
    throw new Problem('invalid_request', `Line ${i + 1}: ${message}.`, {
      errors: [{ pointer: `/lines/${i}/unit`, message }],
    });
  }
  const base = toBase(quantity, unit);
  if (base.ok) return base.quantity;
  const message = `${quantity} of ${named} are more than can be counted`;
  throw new Problem('quantity_out_of_range', `Line ${i + 1}: ${message}.`, {
    errors: [{ pointer: `/lines/${i}/quantity`, message }],
  });
}
