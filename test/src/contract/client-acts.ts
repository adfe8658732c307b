/** What a client does next: a request, and what it means on paper once it was answered with a yes. */
import type { Prng } from '../sim/prng.ts';
import type { JsonObject } from './json.ts';
import type { ModelLine, PlainModel } from './plain-model.ts';

export interface Act {
  readonly kind: string;
  readonly method: string;
  readonly path: string;
  readonly body: JsonObject;
  /** Told with a yes; of a batch in parts, with each that was heard. */
  done(answer: JsonObject): void;
}

export interface Client {
  readonly name: string;
  readonly prng: Prng;
  readonly model: PlainModel;
  /** Its own: nobody else moves them, so that it knows what they are. */
  readonly orders: string[];
  readonly holds: string[];
  readonly skus: readonly string[];
  readonly places: readonly string[];
  made: number;
}

const KINDS = {
  order: 8,
  batch: 2,
  hold: 4,
  confirm: 2,
  release: 2,
  extend: 1,
  cancel: 3,
  ship: 4,
  return: 2,
  receive: 2,
  damage: 1,
  count: 1,
} as const;
/** Longer than any run, so that no hold ends by itself. */
const HOLD_MS = 3_600_000;
const WAIT_MS = 2_000;

export function drawAct(client: Client): Act {
  const { prng, orders, holds } = client;
  const kind = prng.weighted(KINDS);
  const order = orders.length === 0 ? undefined : prng.pick(orders);
  const hold = holds.length === 0 ? undefined : prng.pick(holds);
  if (kind === 'batch') return batch(client);
  if (kind === 'hold') return setAside(client);
  if (kind === 'receive' || kind === 'damage') return adjust(client, kind);
  if (kind === 'count') return count(client);
  if (hold !== undefined && (kind === 'confirm' || kind === 'release' || kind === 'extend'))
    return endHold(client, kind, hold);
  if (order !== undefined && (kind === 'cancel' || kind === 'ship' || kind === 'return'))
    return moveOrder(client, kind, order);
  return placeOrder(client);
}

function idOf(client: Client): string {
  client.made += 1;
  return `${client.name}-${client.made}`;
}

function drawLines(client: Client) {
  const { prng, skus, places } = client;
  return Array.from({ length: prng.pick([1, 1, 2]) }, (_, i) => ({
    lineId: String(i + 1),
    sku: prng.pick(skus),
    locationId: prng.pick(places),
    quantity: prng.between(1, 3),
  }));
}

function placeOrder(client: Client): Act {
  const id = idOf(client);
  const lines = drawLines(client);
  return {
    kind: 'order',
    method: 'POST',
    path: '/v1/orders',
    body: { id, lines, waitMs: WAIT_MS },
    done: () => {
      client.model.place(id, lines);
      client.orders.push(id);
    },
  };
}

/** All or nothing, or each for itself: then only those are on paper that were answered with a yes. */
function batch(client: Client): Act {
  const isPartial = client.prng.chance(0.5);
  const made = Array.from({ length: 3 }, () => ({ id: idOf(client), lines: drawLines(client) }));
  return {
    kind: isPartial ? 'partial batch' : 'batch',
    method: 'POST',
    path: `/v1/orders/batch${isPartial ? '?partial=true' : ''}`,
    body: { orders: made, waitMs: WAIT_MS },
    done: (answer) => {
      for (const result of answer.results as unknown as { id: string; status: number }[]) {
        const order = made.find(({ id }) => id === result.id);
        if (result.status !== 201 || order === undefined || client.model.orders.has(order.id)) continue;
        client.model.place(order.id, order.lines);
        client.orders.push(order.id);
      }
    },
  };
}

function setAside(client: Client): Act {
  const id = idOf(client);
  const [line] = drawLines(client);
  const { lineId: _, ...held } = line as ReturnType<typeof drawLines>[number];
  return {
    kind: 'hold',
    method: 'POST',
    path: '/v1/holds',
    body: { id, ttlMs: HOLD_MS, lines: [held], waitMs: WAIT_MS },
    done: () => {
      client.model.holds.set(id, held);
      client.holds.push(id);
    },
  };
}

function endHold(client: Client, kind: 'confirm' | 'release' | 'extend', id: string): Act {
  const { model, holds } = client;
  const held = model.holds.get(id);
  const order = idOf(client);
  return {
    kind,
    method: 'POST',
    path: `/v1/holds/${id}/${kind}`,
    body: kind === 'extend' ? { id: order, ttlMs: HOLD_MS } : kind === 'confirm' ? { id: order } : {},
    done: () => {
      if (kind === 'extend' || held === undefined) return;
      model.holds.delete(id);
      holds.splice(holds.indexOf(id), 1);
      if (kind === 'release') return;
      model.place(order, [{ ...held, lineId: '1' }]);
      client.orders.push(order);
    },
  };
}

function moveOrder(client: Client, kind: 'cancel' | 'ship' | 'return', id: string): Act {
  const { model, prng } = client;
  const doc = idOf(client);
  const [lineId, line] = prng.pick([...(model.orders.get(id) ?? [])]) as [string, ModelLine];
  // What never left may also come back (it was handed over unseen): on paper that is too fine a point.
  const out = kind === 'return' ? line.shipped - line.returned : line.quantity;
  const quantity = out > 0 ? prng.between(1, out) : line.quantity + 1;
  if (kind === 'cancel')
    return {
      kind,
      method: 'POST',
      path: `/v1/orders/${id}/cancel`,
      body: { id: doc },
      done: () => model.cancel(id),
    };
  return {
    kind,
    method: 'POST',
    path: `/v1/orders/${id}/${kind === 'ship' ? 'shipments' : 'returns'}`,
    body: { id: doc, lines: [{ lineId, quantity }] },
    done: () => (kind === 'ship' ? model.ship(id, lineId, quantity) : model.takeBack(id, lineId, quantity)),
  };
}

function adjust(client: Client, kind: 'receive' | 'damage'): Act {
  const { prng, skus, places, model } = client;
  const line = { sku: prng.pick(skus), locationId: prng.pick(places), quantity: prng.between(1, 2) };
  return {
    kind,
    method: 'POST',
    path: '/v1/inventory/adjustments',
    body: { id: idOf(client), type: kind, lines: [line] },
    done: () => model[kind === 'receive' ? 'put' : 'breakUnits'](line.sku, line.locationId, line.quantity),
  };
}

/** Somebody counts one more than the paper says; where it says something else by now, it is refused. */
function count(client: Client): Act {
  const { prng, skus, places, model } = client;
  const [sku, place] = [prng.pick(skus), prng.pick(places)];
  const replaces = model.onHand.get(`${sku}@${place}`) ?? 0;
  return {
    kind: 'count',
    method: 'PUT',
    path: `/v1/inventory/${sku}/locations/${place}`,
    body: { id: idOf(client), found: replaces + 1, replaces },
    done: () => model.put(sku, place, 1),
  };
}
