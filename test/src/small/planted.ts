/** Planted bugs: mistakes that the small case must show, each within bounds of its own. */
import type { PlantedBug } from '../sim/planted.ts';
import { type Bounds, FULL } from './bounds.ts';

/** A patch to the source: `find` stands in `file` exactly once. */
export type Patch = Pick<PlantedBug, 'name' | 'file' | 'find' | 'replace'>;

export interface SmallBug extends Patch {
  readonly bounds: Bounds;
  /** What the explorer says of it. */
  readonly rule: RegExp;
}

export const SMALL_BUGS: readonly SmallBug[] = [
  {
    name: 'a grant told twice is taken twice',
    file: 'crdt/src/tally/fold.ts',
    find: `effect.writer, effect.n, effect.seq, 'greater'`,
    replace: `effect.writer, effect.n, effect.seq, 'add'`,
    bounds: { ...FULL, units: 2, salesEach: 2, holds: 0, faults: 0 },
    rule: /^D6:/,
  },
  {
    name: 'a hold resolved twice',
    file: 'crdt/src/replica/holds.ts',
    find: `    case 'confirmed':
    case 'released':`,
    replace: `    case 'released':`,
    bounds: { ...FULL, acts: 4, salesEach: 0, faults: 0 },
    rule: /^T6:/,
  },
  {
    name: 'a guard that reads a hint',
    file: 'crdt/src/replica/ledger.ts',
    find: 'return Math.max(0, spendable(this.self.row(pool)) - this.withheld(pool));',
    replace: `let units = 0;
    for (const stream of this.streams.values()) units += spendable(stream.row(pool));
    return units;`,
    bounds: { ...FULL, acts: 4, faults: 0 },
    rule: /^T6:/,
  },
  {
    name: 'a restored replica that goes on as the same writer',
    file: 'test/src/small/node.ts',
    find: `(replica, now) => replica.becomeNewWriter('rollback', now)`,
    replace: '() => {}',
    bounds: { ...FULL, duplicates: 0, drops: 0, crashes: 0, ticks: 0 },
    rule: /^oversell:/,
  },
  {
    name: 'a command asked again is done again',
    file: 'crdt/src/replica/execute.ts',
    find: '  if (done === undefined) return undefined;',
    replace: '  if (done === undefined || !Number.isNaN(done.seq)) return undefined;',
    bounds: { ...FULL, repeats: 1, holds: 0, faults: 0 },
    rule: /^T8:/,
  },
  {
    name: 'holds forgotten by a restart',
    file: 'crdt/src/replica/open-holds.ts',
    find: 'this.#all.size > 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY',
    replace: 'Number.POSITIVE_INFINITY',
    bounds: { ...FULL, acts: 2, duplicates: 0, drops: 0, restores: 0, ticks: 0 },
    rule: /^F9:/,
  },
  {
    name: 'a gap in the stream that nobody reports',
    file: 'crdt/src/hub/hub.ts',
    find: 'if (frame.from > session.cursorNext) session.sawGap = true;',
    replace: '',
    bounds: { ...FULL, acts: 2, duplicates: 0, crashes: 0, restores: 0, ticks: 0 },
    rule: /^rest:/,
  },
];
