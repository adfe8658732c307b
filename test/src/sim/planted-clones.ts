/** Planted bugs of two machines with one identity (F2), and of one thing that two did (T8). */
import type { PlantedBug } from './planted.ts';

export const PLANTED_CLONES: readonly PlantedBug[] = [
  {
    name: 'what a clone repeats is counted again',
    file: 'crdt/src/replica/ledger.ts',
    find: 'const isOnce = !isRepeated(this, stream, entry);',
    replace: 'const isOnce = !isBranch(stream) ? !isRepeated(this, stream, entry) : true;',
  },
  {
    // Both sold units of their own, and the second to take back its own is held for a liar.
    name: 'an order of two owners is one order',
    file: 'crdt/src/replica/copies.ts',
    find: '  return documents.findDocument(kind, id) !== undefined;',
    replace: "  return kind === 'order' && documents.findDocument(kind, id) !== undefined;",
    seed: 6,
  },
  {
    // It may have been taken back, and sold again, by the life that sold it; nobody heard of that.
    name: 'a later life sells what it takes back of an order of a former one',
    file: 'crdt/src/replica/execute.ts',
    find: "if (handed !== undefined) ledger.append(handed, '', 'system', context.now);",
    replace: '',
    seed: 42000002,
  },
  {
    name: 'an order that was taken back by a later life is taken back by its own one too',
    file: 'crdt/src/replica/repeats.ts',
    find: "    const before = kind === 'shipped' ? shipped : cancelled + returned;",
    replace:
      "    const before = kind === 'shipped' ? shipped : kind === 'cancelled' ? 0 : cancelled + returned;",
    seed: 42000023,
  },
  {
    name: 'the other history is never relayed',
    file: 'crdt/src/replica/branches.ts',
    find: '  ledger.accept(branch, written);\n  return branch;',
    replace: "  ledger.quarantine(written, 'fork');\n  return branch;",
  },
  {
    name: 'what both clones sent to one neighbour is added up',
    file: 'crdt/src/replica/account.ts',
    find: 'row.sent = joined(row.sent, sent, Math.max);',
    replace: 'row.sent = joined(row.sent, other.sent, (a, b) => a + b);',
  },
  {
    name: 'what both clones took from one neighbour is added up',
    file: 'crdt/src/replica/account.ts',
    find: 'row.took = joined(row.took, other.took, Math.max);',
    replace: 'row.took = joined(row.took, other.took, (a, b) => a + b);',
  },
  {
    name: 'two machines with one identity shut each other out for ever',
    file: 'crdt/src/hub/admit.ts',
    find: 'if (session?.writer === other.writer && !heads',
    replace: 'if (session?.writer === writer && !heads',
  },
];
