/** Holds whose time is over, and who waits for what they set aside (F9). */
import { expect, test } from 'vitest';
import { hold, sell } from './commands.test-kit.ts';
import { shop } from './world.test-kit.ts';

test('[F9] [R4] who waits for units that a hold sets aside gets them in the turn in which it ends', () => {
  const { world, berlin } = shop({ lamp: 1 });
  expect(berlin.do(hold('h1', { lamp: 1 }, 1_000))).toMatchObject({ ok: true });
  const ticket = berlin.ask(sell('o1', { lamp: 1 }, { waitMs: 60_000 }));
  expect(berlin.answers.get(ticket)).toBeUndefined();
  world.pass(1_001);
  berlin.turn(() => {});
  expect(berlin.answers.get(ticket)).toMatchObject({ ok: true });
});
