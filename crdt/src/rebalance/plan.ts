/**
 * Plan: for one pool at one parent, who should get units and who should give them back (R2, R3).
 *
 * Asks come first and are served as exactly as they are asked, the smallest first,
 * which serves the most of them. What would serve nobody moves nowhere: an ask that cannot
 * be met whole gets a part only where a part is of use, and what is here for the rest stays
 * until the rest is there, or a smaller ask comes. Then whoever asked, and whoever has less than half of
 * its target, is filled up to it from what the parent can spare beyond its reserve.
 * What is still lacking is recalled: for an ask from anyone down to half of its target,
 * ahead of need only from those above their own target. In scarcity nothing is spread.
 *
 * A plan is a proposal: guards decide, and a bad plan can never oversell. Planning again
 * gives the same recalls, and once they came back, grants; then it comes to rest.
 */
import { neededAhead } from './ahead.ts';
import { gather } from './donors.ts';
import { type Seeker, shareUnits } from './targets.ts';

export interface PlanPolicy {
  readonly halfLifeMs: number;
  /** How long a child is likely to be cut off, and how long a grant is left alone. */
  readonly horizonMs: number;
  readonly reserveBp: number;
  readonly topUpBelowBp: number;
  readonly scarcePerChild: number;
}

export interface PlanChild {
  readonly id: string;
  readonly reachable: boolean;
  /** Units free in its subtree as far as the parent knows, rights on their way to it included. */
  readonly free: number;
  readonly rate: number;
  readonly sigma2: number;
  readonly lastGrantAtMs?: number | undefined;
  /** Units that stay where the goods physically stand. */
  readonly keeps: number;
  /** Units asked for beyond what was sent, and how few of them would serve anybody. */
  readonly asked: number;
  readonly least: number;
  readonly mayDonate: boolean;
  /** Units recalled from it that have not come back yet: nobody else is asked for those. */
  readonly returning?: number;
}

export interface PlanInput {
  readonly nowMs: number;
  readonly policy: PlanPolicy;
  /** The parent sells too: its free units and its own demand. */
  readonly parent: { readonly free: number; readonly rate: number; readonly sigma2: number };
  readonly children: readonly PlanChild[];
}

export interface Plan {
  /** By id, each child at most once. */
  readonly grants: readonly { readonly child: string; readonly units: number }[];
  readonly recalls: readonly { readonly child: string; readonly keep: number }[];
  /** Asks, or the rest of them, that are not granted. */
  readonly unmet: readonly { readonly child: string; readonly units: number }[];
  /** Of the unmet, units that are not here and that recalls will not bring either: to be asked of the parent's own parent. */
  readonly want: number;
  /** Units that it would be good to have before anyone asks. Not an ask: asks may take from others' targets. */
  readonly ahead: number;
  readonly targets: ReadonlyMap<string, number>;
  readonly scarce: boolean;
}

/** The parent among the seekers; sorts before every replica id. */
const PARENT = '';
const BP = 10_000;
/** Fewer units a half-life than this is no demand: one unit is forgotten after some 4.5 half-lives. */
const IDLE_UNITS = 1 / 32;

export function planPool({ nowMs, policy, parent, children: all }: PlanInput): Plan {
  const children = all.filter(({ reachable }) => reachable).sort((a, b) => (a.id < b.id ? -1 : 1));
  const grants = new Map<string, number>();
  const unmet = serveAsks(children, Math.max(0, parent.free), grants);
  const missing = sum(unmet.map(({ units }) => units));
  const notGranted = Math.max(0, parent.free) - sum([...grants.values()]);
  const kept = Math.min(notGranted, missing);
  const left = notGranted - kept;

  // What was asked is as good as sold, so only the rest is shared.
  const total = left + sum(children.map(({ free }) => free));
  const reserve = Math.ceil((total * policy.reserveBp) / BP);
  const { rate: ownRate, sigma2: ownSigma2 } = parent;
  const seekers = [seeker(PARENT, ownRate, ownSigma2, 0, policy)];
  for (const { id, rate, sigma2, keeps } of children) seekers.push(seeker(id, rate, sigma2, keeps, policy));
  const sellers = seekers.filter(({ rate }) => rate > 0);
  const scarce = total < policy.scarcePerChild * Math.max(1, sellers.length);
  const targets = shareUnits(seekers, total - reserve);
  const targetOf = ({ id }: PlanChild) => targets.get(id) as number;

  const spare = left - reserve - (targets.get(PARENT) as number);
  const lacking = scarce ? 0 : topUp(children, targetOf, policy.topUpBelowBp, spare, grants);

  const returning = sum(children.map((child) => child.returning ?? 0));
  const unserved = missing - kept;
  const donors = children.filter(({ mayDonate, asked }) => mayDonate && asked <= 0);
  const forAsks = gather(
    donors.map((child) => donor(child, child.free, Math.floor(targetOf(child) / 2))),
    Math.max(0, unserved - returning),
  );
  // R2: ahead of need, nobody gives back what it was granted less than a horizon ago.
  // A clock that jumped back leaves grants in the future, which count only if they are near.
  const rested = donors.filter(({ lastGrantAtMs }) => {
    return lastGrantAtMs === undefined || Math.abs(nowMs - lastGrantAtMs) >= policy.horizonMs;
  });
  const forTargets = gather(
    rested.map((child) => donor(child, forAsks.kept.get(child.id) ?? child.free, targetOf(child))),
    Math.max(0, lacking - Math.max(0, returning - unserved)),
  );
  const keeps = new Map([...forAsks.kept, ...forTargets.kept]);
  const need = neededAhead(sellers, policy.horizonMs);
  return {
    grants: children.flatMap(({ id }) =>
      grants.has(id) ? [{ child: id, units: grants.get(id) as number }] : [],
    ),
    recalls: children.flatMap(({ id }) =>
      keeps.has(id) ? [{ child: id, keep: keeps.get(id) as number }] : [],
    ),
    unmet,
    want: forAsks.missing,
    ahead: total * BP < need * policy.topUpBelowBp ? need - total : 0,
    targets,
    scarce,
  };
}

function seeker(id: string, rate: number, sigma2: number, keeps: number, policy: PlanPolicy): Seeker {
  const isIdle = rate * policy.halfLifeMs < IDLE_UNITS;
  return { id, rate: isIdle ? 0 : rate, sigma2, horizonMs: policy.horizonMs, floor: keeps };
}

/** Grants what is asked, the smallest ask first; answers with what could not be granted. */
function serveAsks(children: readonly PlanChild[], free: number, grants: Map<string, number>): Plan['unmet'] {
  const unmet: { child: string; units: number }[] = [];
  let left = free;
  // Sorting keeps the order of ids among equal asks.
  for (const { id, asked, least } of [...children].sort((a, b) => a.asked - b.asked)) {
    if (asked <= 0) continue;
    // A part is of use where the ask is the sum of several, or a debt.
    const units = left >= Math.min(asked, least) ? Math.min(asked, left) : 0;
    left -= units;
    if (units > 0) grants.set(id, units);
    if (units < asked) unmet.push({ child: id, units: asked - units });
  }
  return unmet;
}

/** Fills up to target, the emptiest first; answers with the units that must come back for the rest. */
function topUp(
  children: readonly PlanChild[],
  targetOf: (child: PlanChild) => number,
  belowBp: number,
  spare: number,
  grants: Map<string, number>,
): number {
  let left = Math.max(0, spare);
  let lacking = 0;
  const low = children
    .map((child) => ({ id: child.id, free: child.free, asked: child.asked, target: targetOf(child) }))
    .filter(({ free, asked, target }) => free < target && (asked > 0 || free * BP < target * belowBp))
    .sort((a, b) => a.free / a.target - b.free / b.target);
  for (const { id, free, target } of low) {
    const units = Math.min(target - free, left);
    left -= units;
    lacking += target - free - units;
    if (units > 0) grants.set(id, (grants.get(id) ?? 0) + units);
  }
  // What comes back fills the parent's reserve first; asked for a bit at a time, it would all stay there.
  return lacking > 0 ? lacking + Math.max(0, -spare) : 0;
}

function donor({ id, keeps }: PlanChild, free: number, keep: number) {
  return { id, free, keep: Math.max(keeps, keep) };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
