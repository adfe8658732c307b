/** Several processes of one replica on one journal: another one, and what it is told of what the first one wrote. */
import type { WriterId } from '../ids.ts';
import { joinEntries } from '../wire/slices.ts';
import { absorb, type CaughtUp } from './absorb.ts';
import type { Directory } from './directory.ts';
import type { JournalView } from './journal-view.ts';
import { MemoryJournal } from './memory-journal.test-kit.ts';
import { Replica } from './replica.ts';
import { defaultSettings } from './settings.ts';
import { type Node, sha256 } from './world.test-kit.ts';

/** What the journal of a node holds behind a position, as a journal that is shared would tell it. */
export function caughtUp(node: Node, from: number, heads = true): CaughtUp {
  const { streams } = node.replica.ledger;
  const written = [...streams.values()].map(({ writer, head }) => ({ writer, head }));
  return {
    runs: node.journal.entries.slice(from).map(({ stream, bytes }) => ({
      writer: stream,
      via: streams.get(stream)?.head.via ?? null,
      bytes: joinEntries([{ bytes }]),
    })),
    heads: heads ? written : [],
  };
}

/** Another process of the same replica, that has seen nothing yet. */
export function process(
  node: Node,
  journal: JournalView = node.journal,
  directory: Directory = node.world.directory,
): Replica {
  return new Replica(defaultSettings(node.id, node.settings.kind), new MemoryJournal().load(), journal, {
    sha256,
    nonce: () => 'f'.repeat(32),
    directory,
  });
}

/** Another process that has read all of a journal, so many entries at a time: heads come with the last of them, as in the books. */
export function absorbed(node: Node, at: number): Replica {
  const follower = process(node);
  const { runs, heads } = caughtUp(node, 0);
  for (let i = 0; i < runs.length; i += at)
    absorb(follower, {
      runs: runs.slice(i, i + at),
      heads: i + at < runs.length ? [] : heads,
    });
  return follower;
}

export function headOf({ ledger }: Replica, writer: WriterId) {
  const stream = ledger.streams.get(writer);
  if (stream === undefined) throw new Error(`${writer} is not known.`);
  return stream.head;
}
