/** One order id accepted by two owners, as by a client that failed over: each has a copy of its own (T8). */
import { describe, expect, test } from 'vitest';
import type { EntryBody } from '../entry/entry.ts';
import { Forger } from '../hub/forger.test-kit.ts';
import type { LineId, OrderId } from '../ids.ts';
import { cancel, confirm, hold, sell } from './commands.test-kit.ts';
import { type Node, pool, type World, shop as world } from './world.test-kit.ts';

const lamp = pool('lamp');
const far = { departsFrom: [] };

/** The shop in Berlin and one in Paris both sold `o1`: Berlin three units, Paris two, maybe out of a hold. */
function twoOwners(isHeld = false): { world: World; hq: Node; berlin: Node; paris: Node } {
  const { world: its, hq, berlin } = world({ lamp: 20 });
  const paris = its.add('paris', 'store', hq);
  expect(paris.ask(sell('warm-up', { lamp: 4 }, { ...far, waitMs: 5_000 }))).toBe(1);
  its.calm();
  its.calmFor(2_000);
  paris.do(cancel('cool-down', 'warm-up'));
  its.calm();
  expect(paris.free('lamp')).toBeGreaterThanOrEqual(4);
  expect(berlin.do(sell('o1', { lamp: 3 }, far))).toMatchObject({ ok: true });
  its.calm();
  if (isHeld) paris.do(hold('h1', { lamp: 2 }));
  const second = isHeld ? { ...confirm('o1', 'h1', { lamp: 2 }), ...far } : sell('o1', { lamp: 2 }, far);
  expect(paris.do(second)).toMatchObject({ ok: true });
  its.calm();
  return { world: its, hq, berlin, paris };
}

const cancelled = (n: number, orderId = 'o1'): EntryBody => ({
  type: 'cancelled',
  orderId: orderId as OrderId,
  reason: 'x',
  lines: [{ lineId: '1' as LineId, pool: lamp, n }],
});

const available = (hq: Node) => hq.replica.hub.totals.levels?.get(lamp)?.available ?? 0;

describe('[T8] one order id at two owners', () => {
  test.each([
    ['the first owner first', ['berlin', 'paris']],
    ['the second owner first', ['paris', 'berlin']],
  ] as const)('[T8] cancelled at both reinstates what each sold, once: %s', (_, order) => {
    const { world, hq, berlin, paris } = twoOwners();
    const before = available(hq);
    const nodes = { berlin, paris };
    for (const name of order) {
      expect(nodes[name].do(cancel(`c-${name}`, 'o1'))).toMatchObject({ ok: true });
      world.calm();
    }
    expect([hq.fenceOf(berlin.self), hq.fenceOf(paris.self)]).toEqual([undefined, undefined]);
    expect(hq.row('lamp', 'berlin', paris.self).reinstated).toBe(4 + 2);
    expect(hq.row('lamp', 'berlin', berlin.self).reinstated).toBe(3);
    expect(available(hq)).toBe(before + 3 + 2);
    expect(paris.do(cancel('again', 'o1'))).toMatchObject({ ok: false, code: 'already_cancelled' });
    world.calm();
    hq.restart();
    expect(hq.row('lamp', 'berlin', paris.self).reinstated).toBe(4 + 2);
  });

  test('[T8] [F9] what was sold out of a hold is taken back by its owner as well, up to what it was', () => {
    const { world, hq, berlin, paris } = twoOwners(true);
    expect(paris.do(cancel('c1', 'o1'))).toMatchObject({ ok: true });
    world.calm();
    expect([hq.fenceOf(berlin.self), hq.fenceOf(paris.self)]).toEqual([undefined, undefined]);
    expect(hq.row('lamp', 'berlin', paris.self).reinstated).toBe(4 + 2);
    const again = twoOwners(true);
    new Forger(again.paris).say(cancelled(3));
    expect(again.hq.fenceOf(again.paris.self)).toBe('departed');
    expect(again.hq.row('lamp', 'berlin', again.paris.self).reinstated).toBe(4);
  });

  test('[T8] a copy that is cancelled leaves the first one as it stands', () => {
    const { world, hq, berlin, paris } = twoOwners();
    paris.do(cancel('c1', 'o1'));
    world.calm();
    const { ledger } = hq.replica;
    expect(ledger.documentEntry('order', 'o1')?.writer).toBe(berlin.self);
    expect(ledger.lineProgress('o1' as OrderId, '1' as LineId).cancelled).toBe(0);
  });

  test('[T8] who cancels its copy twice in one turn reinstates it once', () => {
    const { hq, berlin, paris } = twoOwners();
    new Forger(paris).say(cancelled(2), cancelled(1));
    expect(hq.fenceOf(paris.self)).toBe('departed');
    expect(hq.row('lamp', 'berlin', paris.self).reinstated).toBe(4 + 2);
    expect(hq.fenceOf(berlin.self)).toBeUndefined();
  });

  test('[T8] who sold two of it reinstates no more than two', () => {
    const { hq, paris } = twoOwners();
    new Forger(paris).say(cancelled(3));
    expect(hq.fenceOf(paris.self)).toBe('departed');
    expect(hq.row('lamp', 'berlin', paris.self).reinstated).toBe(4);
  });

  test('[T8] who sold nothing of it reinstates nothing', () => {
    const { world, hq, berlin, paris } = twoOwners();
    const rome = world.add('rome', 'store', hq);
    new Forger(rome).say(cancelled(1));
    expect(hq.fenceOf(rome.self)).toBe('departed');
    expect(hq.row('lamp', 'berlin', rome.self).reinstated).toBe(0);
    for (const node of [berlin, paris])
      expect(node.do(cancel(`c-${node.id}`, 'o1'))).toMatchObject({ ok: true });
    world.calm();
    expect([hq.fenceOf(berlin.self), hq.fenceOf(paris.self)]).toEqual([undefined, undefined]);
  });
});
