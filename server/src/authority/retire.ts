/**
 * Retiring a lost replica (F3): its settler, the live writer of the nearest ancestor that is not
 * retired itself, shuts it out and takes back what was counted of what it held, in an act that
 * names the operator. A shop that burned down goes with its tills, the shop first: what it can
 * no longer settle is then settled above it.
 */
import { type PoolUnits, parsePoolId, type ReplicaId, replicaOf, type WriterId } from '@tallystick/crdt';
import {
  Problem,
  type ReplicaRecord,
  type RetireResult,
  retireChild,
  takeBackFormer,
} from '@tallystick/store-agent';
import type { Authority } from './authority.ts';
import { AUTHORITY } from './authority.ts';
import { markRetired } from './registry.ts';

export interface Retirement {
  readonly id: string;
  readonly replica: ReplicaId;
  readonly operator: string;
  readonly counted: readonly PoolUnits[];
  /** All that hang below it are lost with it. */
  readonly withChildren?: boolean | undefined;
}

const RETIRE_WAIT_MS = 10_000;

/** May be repeated, under another id, when more turns up. @throws Problem */
export async function retire(authority: Authority, retirement: Retirement): Promise<RetireResult> {
  const { replica } = retirement;
  // It may have been given another parent a moment ago.
  await authority.refreshCatalogue();
  const record = authority.catalogue.replica(replica);
  if (record === undefined) throw new Problem('not_found', `No replica is called ${replica}.`);
  checkCounted(authority, retirement.counted);
  const below = descendantsOf(authority, replica);
  const left = below.filter((child) => authority.catalogue.replica(child)?.status !== 'retired');
  if (left.length > 0 && retirement.withChildren !== true) {
    throw new Problem(
      'forbidden',
      `${replica} still has children: retire ${left.join(', ')} first, give them another parent, ` +
        'or say that they are lost with it (--with-children).',
    );
  }
  let result = await retireOne(authority, record, retirement);
  if (retirement.withChildren !== true) return result;
  for (const child of below) {
    const counted = less(retirement.counted, result.reclaimed);
    const lost = authority.catalogue.replica(child);
    if (lost === undefined) continue;
    result = joined(result, await retireOne(authority, lost, { ...retirement, replica: child, counted }));
  }
  return result;
}

/** A word that was mistyped would be units that nobody takes back. @throws Problem */
export function checkCounted({ catalogue, host }: Authority, counted: readonly PoolUnits[]): void {
  const { levels } = host.engine.replica.hub.totals;
  for (const { pool } of counted) {
    // Goods may be on shelves that are in no catalogue any more.
    if (levels?.has(pool)) continue;
    const { sku, location } = parsePoolId(pool);
    if (catalogue.product(sku) === undefined) throw new Problem('unknown_sku', `No product has SKU ${sku}.`);
    if (catalogue.keeperOf(location) === undefined)
      throw new Problem('unknown_location', `No location is called ${location}.`);
  }
}

/** Each after its parent. Those that are retired already are among them: the act may be a repeat. */
function descendantsOf({ catalogue }: Authority, replica: ReplicaId): ReplicaId[] {
  const found = new Set([replica]);
  // A set is walked through to what is added meanwhile, and nothing is added twice: no circle keeps this going.
  for (const at of found)
    for (const { id, parent } of catalogue.replicas) if (parent === at) found.add(id as ReplicaId);
  return [...found].slice(1);
}

async function retireOne(
  authority: Authority,
  record: ReplicaRecord,
  retirement: Retirement,
): Promise<RetireResult> {
  const { replica } = retirement;
  const parent = record.parent ?? AUTHORITY;
  const { ledger } = authority.host.engine.replica;
  const lives = ledger.livesOf(replica);
  const settler = nearestAlive(authority, parent);
  if (lives.length === 0 && record.status !== 'enrolled') {
    // Here it never came. Where the books forgot what it did (F6), others may name a life of it: then it has an account
    // here, once whoever stood between is retired, which may be after itself.
    const forgotten =
      settler === AUTHORITY ? await unlessUnheardOf(atSettler(authority, settler, retirement)) : undefined;
    await closed(authority, replica);
    return forgotten ?? nothingOf(replica);
  }
  for (const { head } of lives) {
    const last = head.parent && replicaOf(head.parent);
    if (head.fence !== null || last === null || last === parent) continue;
    throw new Problem(
      'forbidden',
      `${replica} was given to ${parent} and has not been there yet: give it back to ${last}, ` +
        'whose operator knows it, and retire it there.',
    );
  }
  const first = atSettler(authority, settler, retirement).catch((error: unknown) => {
    // It never came, or its parent was lost before it told of it: nobody has anything to settle.
    if ((settler !== parent || lives.length === 0) && isUnheardOf(error)) return nothingOf(replica);
    throw error;
  });
  const result = await andAbove(authority, settler, retirement, await first, lives);
  await closed(authority, replica);
  return result;
}

/** What that settler, and those above it, have to settle of the lives that ended. @throws Problem */
export async function takeBackEnded(
  authority: Authority,
  parent: ReplicaId,
  retirement: Retirement,
): Promise<RetireResult> {
  const settler = nearestAlive(authority, parent);
  const lives = authority.host.engine.replica.ledger.livesOf(retirement.replica);
  const ended = lives.filter(({ head }) => head.fence !== null);
  const first = await atSettler(authority, settler, retirement, 'former-lives');
  return andAbove(authority, settler, retirement, first, ended, 'former-lives');
}

/** Lives that ended under a former parent are settled by whoever stands above both (F3a). */
async function andAbove(
  authority: Authority,
  settler: ReplicaId,
  retirement: Retirement,
  first: RetireResult,
  lives: readonly { readonly writer: WriterId }[],
  call: Call = 'retire',
): Promise<RetireResult> {
  let result = first;
  const isLeft = () => lives.some(({ writer }) => !result.writers.includes(writer));
  for (const above of ancestorsOf(authority, settler)) {
    if (!isLeft()) break;
    const counted = less(retirement.counted, result.reclaimed);
    const more = await unlessUnheardOf(atSettler(authority, above, { ...retirement, counted }, call));
    if (more !== undefined) result = joined(result, more);
  }
  return { ...result, replica: retirement.replica };
}

/** Its code or key opens nothing any more. */
async function closed(authority: Authority, replica: ReplicaId): Promise<void> {
  await markRetired(authority.pool, replica);
  await authority.refreshCatalogue();
}

function nothingOf(replica: ReplicaId): RetireResult {
  return { replica, writers: [], reclaimed: [], exposure: [] };
}

const isUnheardOf = (error: unknown) => error instanceof Problem && error.code === 'not_found';

/** @returns undefined where its settler never heard of it. */
function unlessUnheardOf(retired: Promise<RetireResult>): Promise<RetireResult | undefined> {
  return retired.catch((error: unknown) => {
    if (isUnheardOf(error)) return undefined;
    throw error;
  });
}

function nearestAlive({ catalogue }: Authority, replica: ReplicaId): ReplicaId {
  let at = replica;
  while (at !== AUTHORITY && catalogue.replica(at)?.status === 'retired')
    at = catalogue.parentOf(at) ?? AUTHORITY;
  return at;
}

/** All of it, or its former lives alone. */
type Call = 'retire' | 'former-lives';

function atSettler(
  authority: Authority,
  settler: ReplicaId,
  retirement: Retirement,
  call: Call = 'retire',
): Promise<RetireResult> {
  if (settler !== AUTHORITY) return viaCall(authority, settler, retirement, call);
  const { engine } = authority.host;
  return call === 'retire' ? retireChild(engine, retirement) : takeBackFormer(engine, retirement);
}

function ancestorsOf({ catalogue }: Authority, replica: ReplicaId): ReplicaId[] {
  const path: ReplicaId[] = [];
  for (let at = catalogue.parentOf(replica); at !== undefined; at = catalogue.parentOf(at)) path.push(at);
  return path;
}

function less(counted: readonly PoolUnits[], taken: readonly PoolUnits[]): PoolUnits[] {
  return counted
    .map(({ pool, n }) => ({
      pool,
      n: taken.filter((item) => item.pool === pool).reduce((left, item) => left - item.n, n),
    }))
    .filter(({ n }) => n > 0);
}

function joined(first: RetireResult, second: RetireResult): RetireResult {
  return {
    replica: first.replica,
    writers: [...first.writers, ...second.writers],
    reclaimed: [...first.reclaimed, ...second.reclaimed],
    exposure: [...first.exposure, ...second.exposure],
  };
}

async function viaCall(
  authority: Authority,
  settler: ReplicaId,
  { id, replica, operator, counted }: Retirement,
  call: Call,
): Promise<RetireResult> {
  const result = await authority.call(settler, { call, id, replica, operator, counted }, RETIRE_WAIT_MS);
  if (result.ok) return result.value as RetireResult;
  if (result.code === 'keeper_unreachable') {
    throw new Problem(
      'parent_unreachable',
      `${settler}, which settles what ${replica} held, cannot be reached now. ` +
        `If it is lost too, retire ${settler} with all that hangs below it (--with-children).`,
    );
  }
  throw new Problem(result.code, result.message);
}
