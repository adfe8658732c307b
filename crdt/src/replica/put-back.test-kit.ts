/** Books of an authority that are put back to an earlier point (F6), and where each unit is then. */
import { expect } from 'vitest';
import type { LocationId, WriterId } from '../ids.ts';
import { sell } from './commands.test-kit.ts';
import { exposure } from './decide-reclaim.ts';
import { unheard } from './recovery.ts';
import { type Node, pool, shop, type World } from './world.test-kit.ts';

export const lamp = pool('lamp');

/** Two shops under an authority; Berlin's shelf holds the lamps, and Paris sells them too. */
export function twoShops(units = 9) {
  const { world, hq, berlin } = shop({ lamp: units });
  const paris = world.add('paris', 'store', hq);
  return { world, hq, berlin, paris };
}

function sale(id: string, n: number) {
  // Sold wherever it is, and sent from Berlin later.
  const { lines, ...order } = sell(id, { lamp: n }, { waitMs: 5_000, departsFrom: [] });
  return { ...order, lines: lines.map((line) => ({ ...line, locationId: 'berlin' as LocationId })) };
}

/** Units come to a shop by the authority, and are sold there. */
export function sellAt(world: World, node: Node, id: string, n: number): void {
  const ticket = node.ask(sale(id, n));
  world.calm();
  expect(node.answers.get(ticket)).toMatchObject({ ok: true });
}

/** Units go to a shop that asks for them, and stay there. */
export function grant(world: World, hq: Node, node: Node, n: number): void {
  const taken = node.row('lamp').took.find(({ writer }) => writer === hq.self)?.n ?? 0;
  const items = [{ pool: lamp, atLeast: taken + n, waitMs: 5_000 }];
  const names = { writer: node.self, parent: hq.self };
  hq.turn((self, now) => self.frame(node.id, { kind: 'asks', ...names, items }, now));
  world.calm();
  expect(node.free('lamp')).toBeGreaterThanOrEqual(n);
}

/** The authority's process starts again on an earlier state of its books; nobody is connected. */
export function putBack(hq: Node, children: readonly Node[], image: Node['journal']): WriterId {
  const before = hq.self;
  for (const child of children) child.cut();
  hq.restart(image);
  return before;
}

/** As at a start where the witness, or another timeline of Postgres, says that these books are the past. */
export function notice(hq: Node): void {
  hq.turn((self, now) => self.becomeNewWriter('rollback', now));
}

export function accountOf(hq: Node, writer: WriterId): number {
  const { ledger } = hq.replica;
  const stream = ledger.streams.get(writer);
  if (stream === undefined) throw new Error(`${writer} is not known.`);
  return exposure(ledger, stream, lamp);
}

export function missing(hq: Node): string[] {
  return unheard(hq.replica.ledger);
}

/** Every unit that came in is somewhere, once: with a writer, sold, or in the account of a life that ended. */
export function expectSum(hq: Node, received: number): void {
  const { ledger } = hq.replica;
  let sum = 0;
  for (const stream of ledger.streams.values()) {
    const row = stream.row(lamp);
    const isEnded = stream.head.fence !== null;
    sum += row.used + (isEnded ? exposure(ledger, stream, lamp) : 0);
    if (isEnded) continue;
    for (const cell of row.took) sum += cell.n;
    sum += row.received + row.reinstated - row.used;
    for (const cell of row.reclaimed) sum += cell.n;
    for (const cell of row.sent) sum -= cell.n;
  }
  expect(sum).toBe(received);
}
