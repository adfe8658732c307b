/**
 * Planted bugs of disks, clocks, releases, pruned journals and machines that are put back,
 * and those that only a check beside the faults can see.
 */
import type { PlantedBug } from './planted.ts';

export const PLANTED_MACHINES: readonly PlantedBug[] = [
  {
    name: 'a torn last write taken for a commit',
    file: 'test/src/sim/disk.ts',
    find: '    if (whole >= 0) this.#log.length = whole;',
    replace: '',
    seed: 9,
  },
  {
    name: 'answers of a turn that a full disk did not take',
    file: 'test/src/sim/turn.ts',
    find: "    if (machine.isDiskFull) return machine.diskFailed('full');",
    replace: '    if (machine.isDiskFull) return this.#letOut();',
    seed: 5,
  },
  {
    name: 'sold on after a failed fsync, without reading the disk again',
    file: 'test/src/sim/node.ts',
    find: `      this.#open();
      this.#ports.trace.saw`,
    replace: `      this.#isReadOnly = false;
      this.#turns.begin();
      this.#ports.trace.saw`,
    seed: 9,
  },
  {
    name: 'a failed commit leaves an unwritten writer in memory',
    file: 'crdt/src/replica/ledger.ts',
    find: '      this.streams.delete(stream.writer);',
    replace: '',
    seed: 12,
  },
  {
    name: 'a hold that runs out by the wall clock',
    file: 'crdt/src/replica/holds.ts',
    find: '  const sameRun = hold.bootId === now.bootId;',
    replace: '  const sameRun = false;',
  },
  {
    name: 'a hold kept open by a clock that went back',
    file: 'crdt/src/replica/open-holds.ts',
    find: '    for (const [holdId, hold] of this.#all) this.#all.set(holdId, inThisRun(hold, now));',
    replace: '',
  },
  {
    name: 'a repeat carried out again once its entry was pruned',
    file: 'crdt/src/replica/execute.ts',
    find: 'const done = ledger.findDocument(kindOf(command), command.id);',
    replace: 'const done = ledger.documentEntry(kindOf(command), command.id);',
    seed: 66,
  },
  {
    name: 'pruned below what the parent has, and the authority has not',
    file: 'test/src/sim/disk.ts',
    find: 'const settled = longSettled.get(writer);',
    replace: 'const settled = this.head(writer)?.relayed;',
  },
  {
    name: 'a session by a version that only one side speaks',
    file: 'crdt/src/wire/negotiate.ts',
    find: 'return max >= Math.max(a.min, b.min) ? max : undefined;',
    replace: 'return max;',
    seed: 5,
  },
  {
    name: 'a parent that knows more is not believed',
    file: 'crdt/src/replica/points.ts',
    find: "      if (seq > self.head.seq) return 'rollback';",
    replace: '      if (seq > self.head.seq) continue;',
    seed: 6,
  },
  {
    name: 'a child that knows more is not heard',
    file: 'crdt/src/hub/hub.ts',
    find: 'if (seen > self.head.seq && ledger.isFromDisk) this.#events.aheadOfMe();',
    replace: 'if (seen < 0) this.#events.aheadOfMe();',
  },
  {
    name: 'a confirm that closes only what it sold',
    file: 'crdt/src/replica/decide-sale.ts',
    find: '      closes: open.hold.lines,',
    replace: '      closes: lines.map(({ pool, quantityBase }) => ({ pool, n: quantityBase })),',
    seed: 1,
  },
  {
    name: 'an ack that says nothing of what is settled',
    file: 'crdt/src/replica/uplink.ts',
    find: `      this.#points.note('settled', point);
      onSettled`,
    replace: '      onSettled',
    seed: 1,
  },
  {
    name: 'a count that forgets what was sold later',
    file: 'crdt/src/replica/decide-goods.ts',
    find: "column === 'departed' ? -1 : 0;",
    replace: '0;',
    seed: 2,
  },
  {
    name: 'an override that owes twice for one pool',
    file: 'crdt/src/replica/decide-sale.ts',
    find: '      owing.set(line.pool, left - owed);',
    replace: '',
    seed: 7,
  },
  {
    name: 'a repeated entry skipped without comparing hashes',
    file: 'crdt/src/hub/take-in.ts',
    find: '    if (held === undefined || sameBytes(held, hash)) {',
    replace: '    if (entry.seq > 0) {',
    seed: 4,
  },
];
