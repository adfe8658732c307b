import { expect, test, vi } from 'vitest';
import { sell } from './commands.test-kit.ts';
import { shop } from './world.test-kit.ts';

test('[T8] a new order is looked for in the journal once, though who decides and who files both ask', () => {
  const { berlin } = shop({ lamp: 5 });
  const find = vi.spyOn(berlin.replica.ledger.view, 'findDocument');
  expect(berlin.do(sell('o1', { lamp: 1 }))).toMatchObject({ ok: true, replayed: false });
  expect(find.mock.calls).toEqual([['order', 'o1']]);
});

test('[T8] an order that two of one turn ask for is new to the first of them alone', () => {
  const { berlin } = shop({ lamp: 5 });
  const answers = berlin.turn((replica, now) => {
    for (const [ticket, id] of ['o1', 'o2', 'o1'].entries())
      replica.execute(ticket, sell(id, { lamp: 1 }), now);
  }).answers;
  expect(answers.map(({ answer }) => answer.ok && answer.replayed)).toEqual([false, false, true]);
  expect(berlin.free('lamp')).toBe(3);
});
