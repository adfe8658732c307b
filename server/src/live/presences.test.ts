/** Presences: bounded, and each client is spoken for by its own connection. */
import { expect, test } from 'vitest';
import { awarenessFrame, readLiveFrame } from './frames.ts';
import { Presences } from './presences.ts';

const [phone, forger] = [{}, {}];
const shows = (client: number, clock: number, name: string) => ({
  client,
  clock,
  state: JSON.stringify({ name }),
});
const left = (client: number, clock: number) => ({ client, clock, state: 'null' });
const seen = (presences: Presences) =>
  presences.all().map(({ client, clock, state }) => ({ client, clock, state }));

test('what the clients of one cart show is bounded, and there is room again when they leave', () => {
  const presences = new Presences();
  const show = (client: number, by: object) =>
    presences.take([{ client, clock: 1, state: JSON.stringify('x'.repeat(2_000)) }], by).length;
  const [one, two] = [{}, {}];
  let shown = 0;
  for (let client = 1; client <= 100; client += 1) shown += show(client, one);
  expect(shown).toBe(32);
  expect(show(200, two)).toBe(0);
  expect(presences.take([{ client: 1, clock: 2, state: 'null' }], one)).toHaveLength(1);
  expect(show(200, two)).toBe(1);
  presences.leave(one);
  for (let client = 300; client < 331; client += 1) expect(show(client, two)).toBe(1);
});

test('nobody speaks for a client that another connection shows, and nobody sends it away', () => {
  const presences = new Presences();
  const ada = shows(7, 1, 'Ada');
  presences.take([ada], phone);
  expect(presences.take([shows(7, 50, 'Mallory')], forger)).toEqual([]);
  expect(presences.take([left(7, 1)], forger)).toEqual([]);
  expect(presences.take([left(7, 60)], forger)).toEqual([]);
  expect(seen(presences)).toEqual([ada]);
  presences.take([shows(7, 2, 'Ada again')], phone);
  expect(seen(presences)).toEqual([shows(7, 2, 'Ada again')]);
  presences.leave(forger);
  expect(presences.leave(phone)).toEqual([left(7, 3)]);
  expect(seen(presences)).toEqual([]);
});

test('a phone that is back before its old line is known to be dead is seen all the time', () => {
  const presences = new Presences();
  const [old, back] = [{}, {}];
  presences.take([shows(7, 1, 'on the train')], old);
  presences.take([shows(7, 2, 'at home')], back);
  expect(presences.leave(old)).toMatchObject([shows(7, 2, 'at home')]);
  expect(presences.take([shows(7, 3, 'in bed')], back)).toHaveLength(1);
  expect(presences.leave(back)).toEqual([left(7, 4)]);
});

test('what is said of others’ clients takes room as what is shown does, and gives it back', () => {
  const presences = new Presences();
  for (let client = 1; client <= 20; client += 1)
    presences.take([shows(client, 1, 'x'.repeat(1_900))], phone);
  for (let client = 1; client <= 20; client += 1)
    presences.take([shows(client, 2, 'y'.repeat(1_900))], forger);
  expect(presences.take([shows(99, 1, 'z'.repeat(1_900))], phone)).toEqual([]);
  presences.leave(forger);
  expect(presences.take([shows(99, 1, 'z'.repeat(1_900))], phone)).toHaveLength(1);
});

test('a clock that nobody can count on from is refused', () => {
  const frame = awarenessFrame([shows(7, Number.MAX_SAFE_INTEGER, 'Ada')]);
  expect(() => readLiveFrame(frame)).toThrow('too far');
});
