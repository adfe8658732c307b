/**
 * Former lives: what a replica held before it was restored (F1, F3). It goes on without that, and nobody sells it, until
 * an operator has counted it and says that the old machine is surely off; then its settler takes it back.
 */
import { type ReplicaId, replicaOf } from '@tallystick/crdt';
import { Problem, type RetireResult } from '@tallystick/store-agent';
import type { Authority } from './authority.ts';
import { AUTHORITY } from './authority.ts';
import { ask } from './replica-state.ts';
import { checkCounted, type Retirement, takeBackEnded } from './retire.ts';

export interface FormerLivesAct extends Omit<Retirement, 'withChildren'> {
  /** Whether the machine that ran them cannot sell any more: what it sells yet is a debt (F5). */
  readonly isMachineOff: boolean;
}

/** How long the life that goes on may take to have told all that its image holds. */
const TOLD_WAIT_MS = 5_000;
const TOLD_LOOK_MS = 100;

/** May be repeated, under another id, when more turns up. @throws Problem */
export async function takeBackFormerLives(authority: Authority, act: FormerLivesAct): Promise<RetireResult> {
  const { replica, counted } = act;
  if (replica === AUTHORITY)
    throw new Problem('forbidden', 'What the authority held before is taken back with tallystick recovered.');
  await authority.refreshCatalogue();
  const record = authority.catalogue.replica(replica);
  if (record === undefined) throw new Problem('not_found', `No replica is called ${replica}.`);
  if (record.status === 'retired')
    throw new Problem(
      'forbidden',
      `${replica} is retired, with all its lives: tallystick retire takes back what is left of them.`,
    );
  const lives = authority.host.engine.replica.ledger.livesOf(replica);
  const settlesNone = { replica, writers: [], reclaimed: [], exposure: [] };
  if (!lives.some(({ head }) => head.fence !== null)) return settlesNone;
  checkCounted(authority, counted);
  if (counted.length > 0) {
    if (!act.isMachineOff)
      throw new Problem(
        'invalid_request',
        `Is the old machine of ${replica} surely off, and will it sell nothing any more? Then say so (--machine-is-off).`,
      );
    await hasToldAll(authority, act);
    haveChildrenTold(authority, replica);
  }
  const parent = lives.find(({ head }) => head.fence === null)?.head.parent;
  const first = (parent && replicaOf(parent)) ?? record.parent ?? AUTHORITY;
  return takeBackEnded(authority, first, act);
}

/**
 * Who hung on it may hold rights that it granted and nobody else has heard of: those are in its account, and not in what
 * was counted. A child says so with, or before, its first word to the life that goes on. @throws Problem
 */
function haveChildrenTold({ catalogue, host }: Authority, replica: ReplicaId): void {
  const { ledger } = host.engine.replica;
  const parentNow = ledger.livesOf(replica).find(({ head }) => head.fence === null)?.writer;
  const silent = new Set<ReplicaId>();
  for (const child of catalogue.replicas) {
    if (child.status === 'retired') continue;
    const parents = ledger
      .livesOf(child.id)
      .filter(({ head }) => head.fence === null)
      .map(({ head }) => head.parent);
    const hangsHere = child.parent === replica;
    const isAtFormer = parents.some(
      (parent) => parent !== null && parent !== parentNow && replicaOf(parent) === replica,
    );
    if (isAtFormer || (hangsHere && !parents.includes(parentNow ?? null))) silent.add(child.id);
  }
  if (silent.size === 0) return;
  throw new Problem(
    'former_lives_unknown',
    `Not heard since ${replica} was restored: ${[...silent].sort().join(', ')}. They may hold units of what was counted. Start them, or ` +
      'retire them, and try again.',
  );
}

/** What its image holds and the books do not would be taken back although it was sold. @throws Problem */
async function hasToldAll(authority: Authority, { replica }: FormerLivesAct): Promise<void> {
  const { ledger } = authority.host.engine.replica;
  const isAlive = () => ledger.livesOf(replica).some(({ head }) => head.fence === null);
  for (let waitedMs = 0; waitedMs <= TOLD_WAIT_MS; waitedMs += TOLD_LOOK_MS) {
    const status = isAlive() ? await ask(authority, replica) : undefined;
    if (status?.unsettled === 0) return;
    if (status === undefined) break;
    await new Promise((resolve) => setTimeout(resolve, TOLD_LOOK_MS));
  }
  throw new Problem(
    'former_lives_unknown',
    `${replica} has not told all that it knows of its former lives, or cannot be asked. Start it where it belongs, and try again; one that will not come back is retired.`,
  );
}
