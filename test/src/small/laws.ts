/** Laws: what must hold between the nodes in every state. Only journals and what customers were told are read. */
import { replicaOf, type WriterId } from '@tallystick/crdt';
import { type BookRow, freeOf, heldOf } from '../sim/books.ts';
import { Violation } from '../sim/trace.ts';
import type { Facts, Known } from './facts.ts';
import { CHILDREN, NODES } from './names.ts';

export interface Trio {
  /** The parent first. */
  readonly facts: readonly [Facts, Facts, Facts];
  readonly wasRestored: boolean;
}

/** @throws Violation */
export function checkLaws({ facts, wasRestored }: Trio): void {
  const [hq] = facts;
  const parent = rowOf(hq, hq.self);
  const received = parent?.received ?? 0;
  let rights = parent === undefined ? 0 : freeOf(parent) + heldOf(parent);
  let used = parent?.used ?? 0;
  for (const child of CHILDREN) {
    const mine = facts[child];
    const own = rowOf(mine, mine.self);
    checkKnown(hq, mine, NODES[child]);
    if (mine.self === null || hq.self === null) continue;
    const sentDown = parent?.sent.get(mine.self) ?? 0;
    const tookDown = own?.took.get(hq.self) ?? 0;
    const sentUp = own?.sent.get(hq.self) ?? 0;
    const tookUp = parent?.took.get(mine.self) ?? 0;
    if (tookDown > sentDown) throw new Violation('D1', `${mine.self} took ${tookDown}; sent are ${sentDown}`);
    if (tookUp > sentUp)
      throw new Violation('D1', `the parent took ${tookUp} of ${mine.self}, who sent ${sentUp}`);
    rights += (own === undefined ? 0 : freeOf(own) + heldOf(own)) + (sentDown - tookDown) + (sentUp - tookUp);
    used += own?.used ?? 0;
  }
  const fenced = facts.find((each) => each.fenced !== undefined)?.fenced;
  if (!wasRestored && fenced !== undefined)
    throw new Violation('T6', `${fenced} is fenced, and nobody was restored`);
  const handed = facts.reduce((sum, each) => sum + each.handed, 0);
  if (handed + rights > received) {
    throw new Violation(
      'oversell',
      `${handed} units are handed over and ${rights} can still be; ${received} were received`,
    );
  }
  if (!wasRestored && used + rights !== received) {
    throw new Violation(
      'conservation',
      `${used} used and ${rights} with somebody or on their way; ${received} were received`,
    );
  }
}

function rowOf(facts: Facts, writer: WriterId | null): BookRow | undefined {
  return writer === null ? undefined : facts.writers.get(writer)?.row;
}

/** The parent knows of a living child nothing but what is durable there. */
function checkKnown(hq: Facts, child: Facts, name: string): void {
  for (const [writer, known] of hq.writers) {
    if (writer !== child.self || replicaOf(writer) !== name) continue;
    const hash = child.own[known.seq - 1];
    if (hash === undefined)
      throw new Violation('D1', `the parent has ${writer} ${known.seq}, which is durable nowhere`);
    if (hash !== known.hash) throw new Violation('T3', `two contents of ${writer} ${known.seq}`);
  }
}

/** At rest the parent has all of it, and every order that a customer was promised and no restore has taken. */
export function checkAgreement(
  { facts }: Trio,
  accepted: readonly { child: 1 | 2; ids: readonly string[] }[],
): void {
  const [hq] = facts;
  for (const child of CHILDREN) {
    const mine = facts[child];
    const known: Known | undefined = mine.self === null ? undefined : hq.writers.get(mine.self);
    const head = mine.own.at(-1);
    if (known === undefined || known.hash !== head || known.seq !== mine.own.length)
      throw new Violation(
        'converge',
        `the parent has ${known?.seq ?? 0} of ${mine.own.length} entries of ${mine.self}`,
      );
  }
  for (const { child, ids } of accepted) {
    for (const id of ids) {
      if (!hq.orders.has(id))
        throw new Violation('lost sale', `${NODES[child]} accepted ${id}; the parent has no such order`);
    }
  }
}
