/** Sights: the laws are checked in a state, and what it shows is counted; an exploration that never saw these proves little. */
import type { Bounds } from './bounds.ts';
import { checkLaws } from './laws.ts';
import { CHILDREN, type ChildIndex } from './names.ts';
import type { State } from './state.ts';

/** @throws Violation */
export function checkState(state: State, { units }: Bounds, saw: Record<string, number>): void {
  const [hq, north, south] = state.images;
  const wasRestored = north.node.host.wasRestored || south.node.host.wasRestored;
  checkLaws({ facts: [hq.facts, north.facts, south.facts], wasRestored });
  const note = (name: string, isSeen: boolean) => {
    if (isSeen) saw[name] = (saw[name] ?? 0) + 1;
  };
  const handed = north.facts.handed + south.facts.handed;
  const rows = CHILDREN.map((child) => rowOf(state, child));
  note('a sale was accepted', handed > 0);
  note('all units were handed over', handed === units);
  note('a restored child went on as a new writer', wasRestored);
  note(
    'a child has entries that its parent lacks',
    CHILDREN.some((child) => isAhead(state, child)),
  );
  note(
    'a hold stands open',
    rows.some((row) => row !== undefined && row.opened > row.closed),
  );
  note(
    'a hold was resolved',
    rows.some((row) => row !== undefined && row.closed > 0),
  );
  note(
    'units were surrendered',
    rows.some((row) => row !== undefined && row.sent.size > 0),
  );
}

function rowOf({ images }: State, child: ChildIndex) {
  const { self, writers } = images[child].facts;
  return self === null ? undefined : writers.get(self)?.row;
}

function isAhead({ images }: State, child: ChildIndex): boolean {
  const { self, own } = images[child].facts;
  return self !== null && (images[0].facts.writers.get(self)?.seq ?? 0) < own.length;
}
