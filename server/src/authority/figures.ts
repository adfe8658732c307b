/** Figures of the authority for `GET /metrics`. */
import { type Figure, fencedWriters } from '@tallystick/store-agent';
import type { Authority } from './authority.ts';
import { missingChildren } from './recovery.ts';

export function figures(authority: Authority): readonly Figure[] {
  const { host, worked } = authority;
  const { ledger } = host.engine.replica;
  const figure = (name: string, kind: Figure['kind'], value: number, help: string): Figure => {
    return { name, help, kind, value };
  };
  return [
    figure('turns_total', 'counter', worked.turns, 'Commits since this process started.'),
    figure(
      'entries_total',
      'counter',
      worked.entries,
      'Entries taken into the books since this process started.',
    ),
    figure(
      'refused_by_books_total',
      'counter',
      worked.refused,
      'What was left out of a turn since this process started, for the books refused it.',
    ),
    figure('frames_sent_down_total', 'counter', host.children.framesSent, 'Frames sent to children.'),
    figure('journal_entries', 'gauge', ledger.durablePosition, 'Entries in the books.'),
    figure('children_up', 'gauge', host.children.up.length, 'Children connected now.'),
    fencedWriters(ledger.streams),
    figure('writers', 'gauge', ledger.streams.size, 'Writers known, former lives included.'),
    figure(
      'children_untold',
      'gauge',
      missingChildren(authority).length,
      'After the books were put back: children that have not told yet what they know.',
    ),
  ];
}
