/** What the journal is asked for beforehand: T8. */
import { expect, test } from 'vitest';
import type { Command } from './command.ts';
import type { Ledger } from './ledger.ts';
import { lookAhead } from './look-ahead.ts';

function askedFor(...commands: readonly { type: string; id: unknown; mark?: string }[]) {
  const asked: [string, readonly string[]][] = [];
  const ledger = { lookAhead: (kind: string, ids: readonly string[]) => asked.push([kind, ids]) };
  const inputs = commands.map((command) => ({
    kind: 'command' as const,
    command: command as never as Command,
  }));
  lookAhead(ledger as never as Ledger, [{ kind: 'frame' }, ...inputs, { kind: 'run' }]);
  return asked;
}

test('[T8] the ids of a turn’s commands are asked for by the kind of document that each makes, in their order', () => {
  const asked = askedFor(
    { type: 'sell', id: 'o1' },
    { type: 'receive', id: 'r1' },
    { type: 'confirm', id: 'o2' },
    { type: 'sell', id: 'o1' },
    { type: 'mark', id: 'o1', mark: 'delivered' },
  );
  expect(asked).toEqual([
    ['order', ['o1', 'o2', 'o1']],
    ['receipt', ['r1']],
    ['delivered', ['o1']],
  ]);
});

test('[T8] one command alone asks for itself', () => {
  expect(askedFor({ type: 'sell', id: 'o1' })).toEqual([]);
  expect(askedFor()).toEqual([]);
  expect(askedFor({ type: 'sell', id: 'o1' }, { type: 'sell', id: 'o2' })).toHaveLength(1);
});

test('[T8] what is no text is left to whoever refuses it', () => {
  const sale = (id: unknown) => ({ type: 'sell', id });
  expect(askedFor(sale({}), sale('o1'), sale(['o2']), sale('o3'))).toEqual([['order', ['o1', 'o3']]]);
  expect(askedFor(sale({}), sale('o1'))).toEqual([]);
  expect(askedFor({ type: 'sell', id: 1 }, { type: 'sell', id: null })).toEqual([]);
});
