import type { ReplicaId } from '@tallystick/crdt';
import type { ErrorCode } from '@tallystick/crdt/wire';
import { expect, test } from 'vitest';
import { TurnedAway } from './turned-away.ts';

function watched() {
  const said: unknown[] = [];
  let nowMs = 0;
  const warn = ({ child, why }: { child: string; why: string }, what: string) =>
    void said.push([nowMs, child, why, what]);
  const away = new TurnedAway({ warn } as never, () => nowMs);
  return {
    said,
    say(atMs: number, child: string, code: ErrorCode, why: string, isKnown = true) {
      nowMs = atMs;
      away.say(child as ReplicaId, isKnown, code, why);
    },
  };
}

test('the same of a child is said once a minute, and what is new at once', () => {
  const { said, say } = watched();
  say(0, 'berlin', 'replica_fenced', 'life 1 is not the newest');
  say(10, 'berlin', 'replica_fenced', 'life 2 is not the newest');
  say(20, 'berlin', 'bad_signature', 'another key');
  say(30, 'berlin', 'replica_fenced', 'life 3 is not the newest');
  say(40, 'hamburg', 'replica_fenced', 'life 1 is not the newest');
  say(60_000, 'berlin', 'replica_fenced', 'life 4 is not the newest');
  const what = 'child turned away';
  expect(said).toEqual([
    [0, 'berlin', 'life 1 is not the newest', what],
    [20, 'berlin', 'another key', what],
    [40, 'hamburg', 'life 1 is not the newest', what],
    [60_000, 'berlin', 'life 4 is not the newest', what],
  ]);
});

test('strangers with ever new names fill no log, and silence no child', () => {
  const { said, say } = watched();
  for (let i = 0; i < 1_000; i += 1) say(i, `stranger-${i}`, 'unknown_replica', 'not enrolled', false);
  say(1_000, 'berlin', 'replica_fenced', 'fenced');
  expect(said).toEqual([
    [0, 'stranger-0', 'not enrolled', 'stranger turned away'],
    [1_000, 'berlin', 'fenced', 'child turned away'],
  ]);
});
