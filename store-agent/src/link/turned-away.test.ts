import type { ReplicaId } from '@tallystick/crdt';
import { expect, test } from 'vitest';
import { TurnedAway } from './turned-away.ts';

function watched() {
  const said: unknown[] = [];
  let nowMs = 0;
  const away = new TurnedAway({ warn: (what: unknown) => void said.push(what) } as never, () => nowMs);
  return {
    said,
    say(atMs: number, child: string, why: string) {
      nowMs = atMs;
      away.say(child as ReplicaId, 'forbidden', why);
    },
  };
}

test('the same is said once a minute, and what is new at once', () => {
  const { said, say } = watched();
  say(0, 'berlin', 'fenced');
  say(59_999, 'berlin', 'fenced');
  say(59_999, 'berlin', 'not enrolled');
  say(60_000, 'hamburg', 'fenced');
  say(119_998, 'berlin', 'not enrolled');
  say(119_999, 'berlin', 'not enrolled');
  expect(said).toEqual(
    [
      ['berlin', 'fenced'],
      ['berlin', 'not enrolled'],
      ['hamburg', 'fenced'],
      ['berlin', 'not enrolled'],
    ].map(([child, why]) => ({ child, code: 'forbidden', why })),
  );
});

test('strangers with ever new names fill no log: a minute later there is room again', () => {
  const { said, say } = watched();
  for (let i = 0; i < 1_000; i += 1) say(i, `stranger-${i}`, 'not enrolled');
  expect(said).toHaveLength(256);
  say(60_255, 'berlin', 'fenced');
  expect(said).toHaveLength(257);
});
