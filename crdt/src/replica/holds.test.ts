import { describe, expect, test } from 'vitest';
import type { HoldId } from '../ids.ts';
import { confirm, extend, hold, onHold, sell } from './commands.test-kit.ts';
import { type Hold, holdExpiresAtMs } from './holds.ts';
import { shop } from './world.test-kit.ts';

const MINUTE = 60_000;

function held() {
  const set = shop({ lamp: 5 });
  set.berlin.do(hold('h1', { lamp: 3 }, MINUTE));
  return set;
}

describe('[F9] a hold', () => {
  test('[F9] counts at once', () => {
    const { berlin } = held();
    expect(berlin.free('lamp')).toBe(2);
    expect(berlin.do(sell('o1', { lamp: 3 }))).toMatchObject({ ok: false, items: [{ available: 2 }] });
  });

  test('[F9] becomes an order, and gives back what the order leaves of it', () => {
    const { berlin } = held();
    expect(berlin.do(confirm('o1', 'h1', { lamp: 2 }))).toMatchObject({ ok: true });
    expect(berlin.row('lamp')).toMatchObject({ used: 2, opened: 3, closed: 3 });
    expect(berlin.free('lamp')).toBe(3);
  });

  test('[F9] is not confirmed for more than it holds', () => {
    const { berlin } = held();
    expect(berlin.do(confirm('o1', 'h1', { lamp: 4 }))).toMatchObject({ ok: false, code: 'invalid_request' });
  });

  test.each([
    ['release', 'release'],
    ['release', 'confirm'],
    ['confirm', 'release'],
    ['confirm', 'confirm'],
  ] as const)('[F9] is resolved once: after a %s no %s', (first, second) => {
    const { berlin } = held();
    const end = (how: string, id: string) =>
      berlin.do(how === 'release' ? onHold('release', id, 'h1') : confirm(id, 'h1', { lamp: 3 }));
    expect(end(first, 'x1')).toMatchObject({ ok: true });
    const row = structuredClone(berlin.row('lamp'));
    expect(end(second, 'x2')).toMatchObject({ ok: false, code: 'hold_ended' });
    expect(berlin.row('lamp')).toEqual(row);
  });

  test('[F9] expires by the clock of its owner, and a confirm after that is refused', () => {
    const { world, berlin } = held();
    world.pass(MINUTE - 1);
    berlin.turn();
    expect(berlin.free('lamp')).toBe(2);
    world.pass(1);
    // In the very turn in which its time is over, it is over for the confirm too.
    expect(berlin.do(confirm('o1', 'h1', { lamp: 3 }))).toMatchObject({ ok: false, code: 'hold_ended' });
    expect(berlin.free('lamp')).toBe(5);
    expect(berlin.do(confirm('o1', 'h1', { lamp: 3 }))).toMatchObject({ ok: false, code: 'hold_ended' });
  });

  test('[F9] a wall clock that jumps neither ends nor lengthens it', () => {
    const { world, berlin } = held();
    world.now = { ...world.now, wallMs: world.now.wallMs + 100 * MINUTE };
    berlin.turn();
    expect(berlin.free('lamp')).toBe(2);
    world.now = { ...world.now, wallMs: 0 };
    world.pass(MINUTE);
    berlin.turn();
    expect(berlin.free('lamp')).toBe(5);
  });

  test('[F9] goes on over a restart, by the wall clock', () => {
    const { world, berlin } = held();
    world.pass(MINUTE / 2);
    berlin.restart();
    world.now = { ...world.now, monotonicMs: 5, bootId: '1d'.repeat(16) };
    berlin.turn();
    world.pass(MINUTE / 2 - 1);
    berlin.turn();
    expect(berlin.free('lamp')).toBe(2);
    world.pass(1);
    berlin.turn();
    expect(berlin.free('lamp')).toBe(5);
  });

  test('[F9] is no longer than it was after a restart with a wall clock that went back', () => {
    const { world, berlin } = held();
    berlin.restart();
    world.now = { wallMs: world.now.wallMs - 100 * MINUTE, monotonicMs: 5, bootId: '1d'.repeat(16) };
    berlin.turn();
    expect(berlin.free('lamp')).toBe(2);
    world.pass(MINUTE);
    expect(berlin.do(confirm('o1', 'h1', { lamp: 3 }))).toMatchObject({ ok: false, code: 'hold_ended' });
    expect(berlin.free('lamp')).toBe(5);
  });

  test('[F9] is not ended early by a wall clock that jumps after a restart', () => {
    const { world, berlin } = held();
    berlin.restart();
    world.now = { ...world.now, monotonicMs: 5, bootId: '1d'.repeat(16) };
    berlin.turn();
    world.now = { ...world.now, wallMs: world.now.wallMs + 100 * MINUTE };
    expect(berlin.do(confirm('o1', 'h1', { lamp: 3 }))).toMatchObject({ ok: true });
  });

  test('[F9] is told to expire when it was opened for, whatever the clocks said when another one expired', () => {
    const { world, berlin } = held();
    berlin.do(hold('h2', { lamp: 1 }, 2 * MINUTE));
    const expiresAtMs = () =>
      holdExpiresAtMs(berlin.replica.ledger.holds.get('h2' as HoldId) as Hold, world.now);
    const before = expiresAtMs();
    world.pass(MINUTE);
    world.now = { ...world.now, wallMs: world.now.wallMs + 7 };
    berlin.turn();
    expect([berlin.free('lamp'), expiresAtMs()]).toEqual([4, before]);
  });

  test('[F9] wakes its owner when its time is over', () => {
    const { world, berlin } = held();
    expect(berlin.replica.wakeAtMs(world.now)).toBeLessThanOrEqual(world.now.monotonicMs + MINUTE);
  });

  test('[F9] whose payment is being captured does not expire, and is then confirmed', () => {
    const { world, berlin } = held();
    expect(berlin.do(onHold('capture', 'c1', 'h1'))).toMatchObject({ ok: true });
    world.pass(100 * MINUTE);
    berlin.turn();
    expect(berlin.free('lamp')).toBe(2);
    expect(berlin.do(confirm('o1', 'h1', { lamp: 3 }))).toMatchObject({ ok: true });
  });

  test('[F9] that is extended begins its time anew', () => {
    const { world, berlin } = held();
    world.pass(MINUTE - 1);
    expect(berlin.do(extend('e1', 'h1', MINUTE))).toMatchObject({
      entry: { body: { type: 'extended', holdId: 'h1', ttlMs: MINUTE } },
    });
    world.pass(MINUTE - 1);
    berlin.turn();
    expect(berlin.free('lamp')).toBe(2);
    world.pass(1);
    berlin.turn();
    expect(berlin.free('lamp')).toBe(5);
  });

  test('[L5] takes up no room for those of others', () => {
    const { world, berlin, till } = shop({ lamp: 5 }, { holdsMax: 1 });
    const ticket = till.ask({ ...hold('h1', { lamp: 1 }), waitMs: 1_000 });
    world.calm();
    expect(till.answers.get(ticket)).toMatchObject({ ok: true });
    expect(berlin.do(hold('h2', { lamp: 1 }))).toMatchObject({ ok: true });
    expect(berlin.do(hold('h3', { lamp: 1 }))).toMatchObject({ ok: false, code: 'overloaded' });
  });

  test('[F9] belongs to the writer that opened it', () => {
    const { world, berlin, till } = shop({ lamp: 5 });
    till.ask({ ...hold('h1', { lamp: 1 }), waitMs: 1_000 });
    world.calm();
    expect(berlin.do(confirm('o1', 'h1', { lamp: 1 }))).toMatchObject({ ok: false, code: 'not_owner' });
    expect(berlin.do(confirm('o1', 'h9', { lamp: 1 }))).toMatchObject({ ok: false, code: 'unknown_hold' });
  });
});

describe('[F9] the time at which a hold expires', () => {
  const since = { sinceWallMs: 1_000_000, sinceMonotonicMs: 500, bootId: 'run' };
  const hold = {
    ...since,
    ttlMs: MINUTE,
    writer: 'berlin.1',
    lines: [],
    capturing: false,
  } as unknown as Hold;
  const at = (wallMs: number, monotonicMs: number) =>
    new Date(holdExpiresAtMs(hold, { wallMs, monotonicMs, bootId: 'run' })).getTime();

  test('[F9] is the same however the two clocks round', () => {
    for (const rounding of [-1, 0, 1, 7]) expect(at(1_010_000 + rounding, 10_500)).toBe(1_060_000);
  });

  test('[F9] is told by the wall clock as it stands, once that was set', () => {
    expect(at(5_010_000, 10_500)).toBe(5_060_000);
    expect([at(1_010_999, 10_500), at(1_011_000, 10_500)]).toEqual([1_060_000, 1_061_000]);
  });

  test('[F9] is now, and not in the past, for one that nobody has closed yet', () => {
    expect(at(1_090_000, 90_500)).toBe(1_090_000);
  });
});
