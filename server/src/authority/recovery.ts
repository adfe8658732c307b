/**
 * Recovery: what an operator sees and does after the books were put back (F6).
 *
 * The authority goes on at once, with what it receives from then on. What its former
 * life still held comes back by an operator's act, and only when every child has told
 * what it took from that life, or was given up.
 */
import {
  decodeEntry,
  isForgottenAt,
  isOwnPast,
  type Ledger,
  type PoolUnits,
  type ReplicaId,
  replicaOf,
  unheard,
  type WriterId,
} from '@tallystick/crdt';
import { splitEntries } from '@tallystick/crdt/wire';
import { derivedId, exposed, Problem, takeBack } from '@tallystick/store-agent';
import { AUTHORITY, type Authority } from './authority.ts';

export interface RecoveryStatus {
  /** Lives of the authority that ended because its books were put back. */
  readonly formerLives: readonly WriterId[];
  readonly children: number;
  /** Children that have not told yet what they took from those lives. */
  readonly missing: readonly ReplicaId[];
  /** Children whose lives ended without having told: what they used of it, nobody knows. */
  readonly untold: readonly ReplicaId[];
  /** What the former lives may still hold; exact once nobody is missing or untold. */
  readonly left: readonly PoolUnits[];
  readonly words: string;
}

export interface RecoveryAct {
  readonly id: string;
  readonly operator: string;
  /** How much of it surely was not used; all of it where nothing is named. */
  readonly counted: readonly PoolUnits[] | undefined;
  /** Children that will not come back, and of which these books know nothing. */
  readonly gone: readonly ReplicaId[];
}

export interface RecoveryResult extends RecoveryStatus {
  readonly reclaimed: readonly PoolUnits[];
}

/** Pools of one entry: it stays far below what an entry may hold. */
const POOLS_PER_ACT = 1_000;

/** @returns undefined where these books were never put back. */
export async function recoveryStatus(authority: Authority): Promise<RecoveryStatus | undefined> {
  const { ledger } = authority.host.engine.replica;
  const formerLives = pastOf(ledger);
  if (formerLives.length === 0) return undefined;
  const { missing, retired } = lackingWord(authority, 'with names');
  const untold = [...new Set([...(await untoldChildren(authority, ledger)), ...retired])].sort();
  const left = exposed(ledger, formerLives);
  const children = askedOf(authority, missing);
  const status = { formerLives, children, missing, untold, left };
  return { ...status, words: words(status) };
}

/**
 * @throws Problem where a replica that is waited for would be given back to where the books remember it: nobody would
 *   wait for it any more, and what it took here meanwhile would be taken back as if it had not.
 */
export function checkMove({ host }: Authority, replica: ReplicaId, to: ReplicaId): void {
  const { ledger } = host.engine.replica;
  if (!ledger.hasLife || !isForgottenAt(ledger, replica, to)) return;
  if (exposed(ledger, pastOf(ledger)).length === 0) return;
  throw new Problem(
    'former_lives_unknown',
    `The books were put back, and ${replica} has not told what it took since. Start it where it stands now; then give it to ${to}.`,
  );
}

/** In one line, for whoever asks how things are; undefined once nobody is waited for. */
export function recoveryLine(authority: Authority): string | undefined {
  const missing = missingChildren(authority);
  return missing.length === 0 ? undefined : waiting(missing, askedOf(authority, missing));
}

/** @throws Problem where somebody is missing, or where only a count can tell how much is left. */
export async function recover(authority: Authority, act: RecoveryAct): Promise<RecoveryResult> {
  const status = await recoveryStatus(authority);
  if (status === undefined)
    throw new Problem('not_found', 'These books were never put back: there is nothing to take back.');
  const { ledger } = authority.host.engine.replica;
  const strangers = act.gone.filter((replica) => ledger.livesOf(replica).length === 0);
  const missing = status.missing.filter((replica) => !strangers.includes(replica));
  if (missing.length > 0) {
    throw new Problem(
      'former_lives_unknown',
      `${waiting(missing, status.children)} Start them, or retire those that are lost.`,
    );
  }
  const unknown = [...status.untold, ...strangers];
  if (unknown.length > 0 && act.counted === undefined) {
    throw new Problem(
      'invalid_request',
      `What ${unknown.join(', ')} used of it, nobody knows: say with counted how much surely was not used.`,
    );
  }
  const counted = act.counted ?? status.left;
  const reclaimed: PoolUnits[] = [];
  for (let at = 0; at < counted.length; at += POOLS_PER_ACT) {
    const part = {
      ...act,
      gone: unknown,
      id: derivedId(act.id, `~${at}`),
      counted: counted.slice(at, at + POOLS_PER_ACT),
    };
    reclaimed.push(...(await takeBack(authority.host.engine, part, status.formerLives)));
  }
  const after = (await recoveryStatus(authority)) ?? status;
  return { ...after, reclaimed };
}

function pastOf(ledger: Ledger): WriterId[] {
  return ledger
    .livesOf(AUTHORITY)
    .filter((life) => isOwnPast(ledger, life))
    .map(({ writer }) => writer);
}

/** Children by the books and by the copy of the catalogue, and whoever is missing besides. */
function askedOf(authority: Authority, missing: readonly ReplicaId[]): number {
  const { ledger } = authority.host.engine.replica;
  const asked = new Set(missing);
  const retired = new Set<string>();
  for (const { id, parent, status } of authority.catalogue.replicas) {
    if (status === 'retired') retired.add(id);
    else if (parent === AUTHORITY && status === 'enrolled') asked.add(id as ReplicaId);
  }
  for (const { writer, head } of ledger.streams.values()) {
    const replica = replicaOf(writer);
    if (head.via === replica && !retired.has(replica)) asked.add(replica);
  }
  return asked.size;
}

/** Who has not told, and who was retired before: of those nobody knows what they took, so it is counted. */
interface Lacking {
  readonly missing: readonly ReplicaId[];
  readonly retired: readonly ReplicaId[];
}

/**
 * Whose word the books lack; nobody's where they were never put back. The copy of the catalogue stands beside the
 * books and forgot nothing: whom it names and they do not was a child of any place in between.
 *
 * @param named also of whose lives others speak: that looks through all rows, so it is for an operator's act alone.
 */
function lackingWord(authority: Authority, named: 'with names' | 'without names'): Lacking {
  const { ledger } = authority.host.engine.replica;
  if (!ledger.hasLife || pastOf(ledger).length === 0) return { missing: [], retired: [] };
  const byBooks = named === 'with names' ? unheard(ledger) : unheard(ledger, []);
  const lacking = new Set([...byBooks, ...authority.stays.lacking(ledger).missing]);
  const known = new Set([...ledger.streams.keys()].map(replicaOf));
  const retired = new Set<string>();
  for (const { id, status } of authority.catalogue.replicas) {
    if (status === 'retired') retired.add(id);
    else if (status === 'enrolled' && !known.has(id as ReplicaId)) lacking.add(id as ReplicaId);
  }
  const sorted = [...lacking].sort();
  return {
    missing: sorted.filter((id) => !retired.has(id)),
    retired: sorted.filter((id) => retired.has(id)),
  };
}

/** Whose word the books lack, as far as that is told at a glance. */
export function missingChildren(authority: Authority): readonly ReplicaId[] {
  return lackingWord(authority, 'without names').missing;
}

/**
 * Children with a life that was shut out by a later life of the authority than the one it last named, and those with a
 * life of which no entry came, or not all that it wrote below the authority: nothing is left to say what it took there.
 */
async function untoldChildren(authority: Authority, ledger: Ledger): Promise<ReplicaId[]> {
  const { pool, stays, catalogue } = authority;
  const stayed = stays.lacking(ledger);
  const untold = new Set(stayed.untold);
  for (const replica of stayed.missing)
    if (catalogue.replica(replica)?.status === 'retired') untold.add(replica);
  for (const { writer, head } of ledger.streams.values())
    if (head.seq === 0 && head.fence !== null && replicaOf(writer) !== AUTHORITY)
      untold.add(replicaOf(writer));
  for (const { writer: by } of ledger.livesOf(AUTHORITY)) {
    const { rows } = await pool.query<{ bytes: Uint8Array }>(
      'select bytes from tallystick.runs where writer = $1 order by seq_first',
      [by],
    );
    for (const { body } of rows.flatMap(({ bytes }) => splitEntries(bytes).map(decodeEntry))) {
      if (body.type !== 'fenced') continue;
      const replica = replicaOf(body.writer);
      const head = ledger.streams.get(body.writer)?.head;
      if (head?.via === replica && head.parent !== by) untold.add(replica);
    }
  }
  return [...untold].sort();
}

function waiting(missing: readonly ReplicaId[], children: number): string {
  const who = missing.join(', ');
  return `The books were put back to an earlier point. Waiting for ${missing.length} of ${children} children to tell what they know: ${who}.`;
}

function words({ children, missing, untold, left }: Omit<RecoveryStatus, 'words'>): string {
  const lines = [
    missing.length > 0
      ? waiting(missing, children)
      : `The books were put back to an earlier point. All ${children} children have told what they know.`,
  ];
  if (untold.length > 0)
    lines.push(`What earlier lives of ${untold.join(', ')} did meanwhile, nobody knows.`);
  const units = left.reduce((sum, { n }) => sum + n, 0);
  const isExact = missing.length + untold.length === 0;
  lines.push(
    units === 0
      ? 'Nothing is left to take back.'
      : `${isExact ? '' : 'At most '}${units} ${units === 1 ? 'unit is' : 'units are'} still with the authority’s former lives.`,
  );
  return `${lines.join('\n')}\n`;
}
