/** Commands: what may be asked of each node, from what was asked of all of them so far. */
import type { Command, HoldId, LineId, LocationId, Sku } from '@tallystick/crdt';
import type { Bounds } from './bounds.ts';
import { type ChildIndex, HQ, LAMP, NODES } from './names.ts';
import type { Host } from './node.ts';

/** Shorter than a long step of time, longer than a short one. */
const WAIT_MS = 5_000;
const HOLD_MS = 60_000;

export function delivery(units: number): Command {
  return {
    type: 'receive',
    id: 'delivery',
    actor: 'keeper:1',
    cause: 'delivery',
    lines: [{ pool: LAMP, n: units }],
  };
}

const order = {
  actor: 'cashier:1',
  channel: 'till',
  priority: 0,
  placedAt: 0,
  payments: [],
  departsFrom: [],
};

function line(n: number) {
  return {
    lineId: '1' as LineId,
    sku: 'lamp' as Sku,
    locationId: HQ as string as LocationId,
    quantityBase: n,
    unit: 'piece',
    quantityUnits: n,
    unitPriceMinor: 100,
    currency: 'EUR',
    taxRateBp: 1_900,
    taxIncluded: true,
    discounts: [],
  };
}

function sale(id: string, n: number): Command {
  return { type: 'sell', id, ...order, waitMs: WAIT_MS, lines: [line(n)] };
}

/** Each command with whether it asks for something new. */
export function commandsAt(child: ChildIndex, hosts: readonly Host[], bounds: Bounds): Command[] {
  const name = NODES[child];
  const { asked } = hosts[child] as Host;
  const out: Command[] = [];
  const sales = salesOf(asked);
  if (sales.length < bounds.salesEach) {
    for (let n = 1; n <= bounds.saleUnitsMax; n += 1)
      out.push(sale(`sale-${name}-${sales.length + 1}-of-${n}`, n));
  }
  const last = sales.at(-1);
  if (last !== undefined && repeatsOf(hosts) < bounds.repeats) out.push(sale(last, Number(last.at(-1))));
  const holds = hosts.flatMap((host) => [...host.asked.keys()].filter((key) => key.startsWith('hold ')));
  const holdId = `hold-${name}`;
  if (holds.length < bounds.holds) {
    out.push({
      type: 'hold',
      id: holdId,
      actor: 'cashier:1',
      waitMs: WAIT_MS,
      ttlMs: HOLD_MS,
      lines: [{ pool: LAMP, n: 1 }],
    });
  }
  if (asked.has(`hold ${holdId}`)) {
    // Both may be asked for, in either order: at most one of them is granted (F9).
    const end = { id: `end-${name}`, holdId: holdId as HoldId };
    if (!asked.has(`confirm end-${name}`)) out.push({ type: 'confirm', ...order, ...end, lines: [line(1)] });
    if (!asked.has(`release end-${name}`)) out.push({ type: 'release', actor: 'cashier:1', ...end });
  }
  return out;
}

function salesOf(asked: Host['asked']): string[] {
  return [...asked.keys()].filter((key) => key.startsWith('sell ')).map((key) => key.slice('sell '.length));
}

function repeatsOf(hosts: readonly Host[]): number {
  let repeats = 0;
  for (const { asked } of hosts)
    for (const [key, times] of asked) if (key.startsWith('sell ')) repeats += times - 1;
  return repeats;
}
