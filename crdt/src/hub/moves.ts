/**
 * Moves: rights go to where they are needed. Policy proposes (`rebalance`), guards
 * decide (T4), and every grant is an entry before it is a frame (D1).
 *
 * For each pool that changed: what children ask for is served first, then children
 * that run low; what is missing is recalled from children that have more than they
 * need, and the rest is asked of the parent. What this replica itself waits for, and
 * what its parent recalls, are asks like a child's.
 *
 * What somebody waits for moves at once. The rest gathers to rounds, in which one entry
 * and one frame a child carry many pools (`due-pools.ts`).
 */
import type { PoolUnits } from '../entry/entry.ts';
import { portions } from '../entry/lines-codec.ts';
import { locationOf, type PoolId, type ReplicaId, replicaOf, type WriterId } from '../ids.ts';
import { type Demand, demandAt, NO_NEED, observeDemand } from '../rebalance/demand.ts';
import { type Plan, type PlanChild, planPool } from '../rebalance/plan.ts';
import type { Directory } from '../replica/directory.ts';
import type { Ledger, Now } from '../replica/ledger.ts';
import type { ReplicaSettings } from '../replica/settings.ts';
import type { Uplink } from '../replica/uplink.ts';
import type { Waiting } from '../replica/waiting.ts';
import { debt, free, QUANTITY_MAX } from '../tally/row.ts';
import { type Child, type ChildPool, mayBeGranted, promise } from './child.ts';
import { DuePools } from './due-pools.ts';
import type { Hub } from './hub.ts';
import { inVainUntilMs, noteInVain } from './in-vain.ts';
import { owesBelow } from './owes-below.ts';

/** Stand for this replica and its parent among the children; both sort before every replica id. */
const SELF = '.self';
const PARENT = '.parent';

type Grants = Map<WriterId, PoolUnits[]>;

export class Moves {
  readonly #ledger: Ledger;
  readonly #hub: Hub;
  readonly #uplink: Uplink;
  readonly #waiting: Waiting;
  readonly #settings: ReplicaSettings;
  /** F5: units that fenced writers lack and that are not free here. */
  readonly #claimed: (pool: PoolId) => number;
  readonly #due = new DuePools();
  readonly #own = new Map<PoolId, Demand>();
  /** Pools that the parent said no to: asks from below are not passed on again before then. */
  readonly #deniedUntilMs = new Map<PoolId, number>();

  /** What the open turn granted for asks: promised once it is durable. */
  #promises: (() => void)[] = [];

  constructor(
    ledger: Ledger,
    hub: Hub,
    uplink: Uplink,
    waiting: Waiting,
    settings: ReplicaSettings,
    claimed: (pool: PoolId) => number,
  ) {
    this.#claimed = claimed;
    this.#ledger = ledger;
    this.#hub = hub;
    this.#uplink = uplink;
    this.#waiting = waiting;
    this.#settings = settings;
  }

  /** Look at this pool before the turn ends. */
  poolChanged(pool: PoolId): void {
    this.#due.add(pool);
  }

  get hasDue(): boolean {
    return !this.#due.isEmpty;
  }

  /** This replica itself sold or was asked: its own demand, in the same measure as its children's. */
  observe(pool: PoolId, units: number, now: Now): void {
    const { halfLifeMs } = this.#settings.policy;
    this.#own.set(pool, observeDemand(this.#own.get(pool), units, now.monotonicMs, halfLifeMs));
  }

  /** The parent has nothing to give: who asked below is told at once, and nobody asks again for a moment. */
  denied(pool: PoolId, now: Now): void {
    this.#deniedUntilMs.set(pool, now.monotonicMs + this.#settings.link.resendMs);
    this.#due.add(pool);
  }

  /** Plans the pools that are due; what is over the bound of one turn waits for the next. */
  run(directory: Directory, now: Now): void {
    const grants: Grants = new Map();
    const { spreadEveryMs, poolsPerTurnMax } = this.#settings.policy;
    const { monotonicMs: nowMs } = now;
    const pools = this.#due.take(nowMs, spreadEveryMs, poolsPerTurnMax, (pool) =>
      this.#isAwaited(pool, nowMs),
    );
    for (const pool of pools) this.#move(pool, directory, now, grants);
    for (const [to, items] of grants) {
      for (const part of portions(items))
        this.#ledger.append({ type: 'sent', to, items: part }, '', 'system', now);
      const session = this.#hub.children.get(replicaOf(to))?.session;
      for (const { pool } of items) session?.cells.add(pool);
    }
  }

  /** Somebody here, below or above waits for units of this pool. */
  #isAwaited(pool: PoolId, nowMs: number): boolean {
    if (this.#recalled(pool) > 0 || this.#waiting.shortOf(pool).units > 0) return true;
    if (this.#owes(pool)) return true;
    for (const child of this.#hub.children.values()) {
      const ask = child.pools.get(pool)?.ask;
      if (ask === undefined || ask.untilMs <= nowMs || child.session === undefined) continue;
      if (ask.atLeast > this.#hub.sentTo(child.session.writer, pool)) return true;
    }
    return false;
  }

  keep(): void {
    for (const make of this.#promises.splice(0)) make();
    this.#due.keep();
  }

  putBack(): void {
    this.#promises = [];
    this.#due.putBack();
  }

  wakeAtMs(): number {
    return this.#due.wakeAtMs();
  }

  #planNextLook(pool: PoolId, now: Now): void {
    let atMs = Number.POSITIVE_INFINITY;
    if (this.#owes(pool)) atMs = now.monotonicMs + this.#settings.policy.debtAskMs;
    // Who waits here and could not be asked for, because the parent just said no, is asked for then.
    const deniedUntilMs = this.#deniedUntilMs.get(pool) ?? 0;
    const isWaiting = this.#waiting.shortOf(pool).units > 0;
    if (deniedUntilMs > now.monotonicMs && isWaiting) atMs = Math.min(atMs, deniedUntilMs);
    for (const child of this.#hub.children.values()) {
      const known = child.pools.get(pool);
      atMs = Math.min(atMs, known?.recall?.untilMs ?? atMs);
      if (isWaiting) atMs = Math.min(atMs, this.#inVainUntilMs(child, pool, now) ?? atMs);
      // What was promised there and not used can cover a debt.
      if (known !== undefined && known.promised > 0 && Number.isFinite(atMs))
        atMs = Math.min(atMs, known.promisedUntilMs);
    }
    if (Number.isFinite(atMs)) this.#due.addAt(pool, atMs);
  }

  #move(pool: PoolId, directory: Directory, now: Now, grants: Grants): void {
    const row = this.#ledger.self.row(pool);
    const { parent } = this.#ledger.self.head;
    const waiting = this.#waiting.shortOf(pool);
    const ownFree = this.#ledger.usable(pool);
    const mine = waiting.units + Math.max(0, debt(row) - Math.max(0, free(row))) + this.#claimed(pool);
    // Units beyond what waits here are free for others; what lacks is asked for like a child's.
    let spare = Math.max(0, ownFree - mine);
    const children = this.#children(pool, directory, now);
    const parentAsks = this.#recalled(pool);
    const forParent = Math.min(parentAsks, spare);
    spare -= forParent;
    const plan = planPool({
      nowMs: now.monotonicMs,
      policy: this.#settings.policy,
      parent: { free: spare, ...this.#ownNeed(pool, directory, now) },
      children: [...pseudo(SELF, mine - ownFree), ...pseudo(PARENT, parentAsks - forParent), ...children],
    });
    if (forParent > 0 && parent !== null) {
      push(grants, parent, { pool, n: forParent });
      this.#uplink.hurry();
    }
    this.#grant(pool, plan, spare, now, grants);
    this.#recall(pool, plan, now);
    this.#noteLows(pool, plan);
    this.#askOrDeny(pool, plan, waiting.untilMs, now);
    this.#planNextLook(pool, now);
  }

  #owes(pool: PoolId): boolean {
    return debt(this.#ledger.self.row(pool)) > 0 || this.#claimed(pool) > 0;
  }

  /** Units that the parent asks back. It counts what is promised below as held, and left it out of what it wants. */
  #recalled(pool: PoolId): number {
    const recall = this.#uplink.recalls.get(pool);
    if (recall === undefined) return 0;
    let subtree = this.#ledger.usable(pool);
    for (const child of this.#hub.children.values())
      subtree += Math.max(0, child.pools.get(pool)?.holding ?? 0);
    return Math.max(0, subtree - recall.keep);
  }

  #spreads(pool: PoolId, directory: Directory): boolean {
    const location = locationOf(pool);
    return (
      directory.isShared(location) || directory.keeperOf(location) === replicaOf(this.#ledger.self.writer)
    );
  }

  #ownNeed(pool: PoolId, directory: Directory, now: Now) {
    if (!this.#spreads(pool, directory)) return NO_NEED;
    return demandAt(this.#own.get(pool), now.monotonicMs, this.#settings.policy.halfLifeMs);
  }

  /** The children as the policy sees them. A shop's own shelf moves only when somebody asks. */
  #children(pool: PoolId, directory: Directory, now: Now): PlanChild[] {
    const spreads = this.#spreads(pool, directory);
    const seen: PlanChild[] = [];
    for (const child of this.#hub.children.values()) {
      const known = child.pools.get(pool);
      if (known === undefined) continue;
      this.#lapse(known, child, pool, now.monotonicMs);
      const { session } = child;
      const sent = session === undefined ? 0 : this.#hub.sentTo(session.writer, pool);
      const { rate, sigma2 } = spreads
        ? demandAt(known.demand, now.monotonicMs, this.#settings.policy.halfLifeMs)
        : NO_NEED;
      const { asked, least } = this.#askOf(known.ask, sent, child.replica, pool);
      const { recall } = known;
      seen.push({
        id: child.replica,
        reachable: this.#isReachable(child),
        free: Math.max(0, known.holding - known.promised),
        rate,
        sigma2,
        lastGrantAtMs: known.lastGrantAtMs,
        keeps: 0,
        asked,
        least,
        mayDonate: recall === undefined && this.#inVainUntilMs(child, pool, now) === undefined,
        returning: recall === undefined ? 0 : Math.max(0, known.holding - recall.keep),
      });
    }
    return seen;
  }

  #isReachable({ session }: Child): boolean {
    return session !== undefined && mayBeGranted(this.#ledger, session);
  }

  #askOf(ask: ChildPool['ask'], sent: number, replica: ReplicaId, pool: PoolId) {
    if (ask === undefined) return { asked: 0, least: 0 };
    return { asked: ask.atLeast - sent, least: owesBelow(this.#ledger, replica, pool) ? 1 : ask.least };
  }

  /** Asks and recalls whose time is over, or that were met, are forgotten. */
  #lapse(known: ChildPool, child: Child, pool: PoolId, nowMs: number): void {
    const { ask, recall } = known;
    if (known.promisedUntilMs <= nowMs) known.promised = 0;
    const sent = child.session === undefined ? 0 : this.#hub.sentTo(child.session.writer, pool);
    if (ask !== undefined && (ask.untilMs <= nowMs || sent >= ask.atLeast)) known.ask = undefined;
    if (recall === undefined) return;
    const isOver = recall.untilMs <= nowMs;
    const isOff = recall.given !== sent || known.holding <= recall.keep;
    if (isOver || isOff) known.recall = undefined;
    if (isOver && !isOff && child.session !== undefined)
      noteInVain(child.session, pool, known.holding, nowMs, this.#settings.policy.recallMs);
  }

  #inVainUntilMs({ session, pools }: Child, pool: PoolId, { monotonicMs }: Now): number | undefined {
    return session && inVainUntilMs(session, pool, pools.get(pool)?.holding ?? 0, monotonicMs);
  }

  #grant(pool: PoolId, plan: Plan, spare: number, now: Now, grants: Grants): void {
    let left = spare;
    for (const { child: id, units } of plan.grants) {
      const child = this.#hub.children.get(id as ReplicaId);
      if (child?.session === undefined || units > left) continue;
      left -= units;
      const sent = this.#hub.sentTo(child.session.writer, pool);
      this.#promises.push(() => promise(child.pool(pool), sent, units));
      child.pool(pool).lastGrantAtMs = now.monotonicMs;
      push(grants, child.session.writer, { pool, n: units });
    }
  }

  #recall(pool: PoolId, plan: Plan, now: Now): void {
    for (const { child: id, keep } of plan.recalls) {
      const child = this.#hub.children.get(id as ReplicaId);
      if (child?.session === undefined) continue;
      const given = this.#hub.sentTo(child.session.writer, pool);
      const untilMs = now.monotonicMs + this.#settings.policy.recallMs;
      const known = child.pool(pool);
      known.recall = { keep: keep + known.promised, given, untilMs };
      child.session.recalls.add(pool);
    }
  }

  /** Below half of its target a child is looked at again; above it a sale costs the parent nothing. */
  #noteLows(pool: PoolId, plan: Plan): void {
    for (const child of this.#hub.children.values()) {
      const known = child.pools.get(pool);
      // Who is not there yet is looked at as soon as it is, by what was known of it.
      if (known === undefined || !this.#isReachable(child)) continue;
      const target = plan.targets.get(child.replica) ?? 0;
      known.low = plan.scarce ? 0 : (target * this.#settings.policy.topUpBelowBp) / 10_000;
    }
  }

  /** What nobody below can give is asked of the parent; where that is in vain, who asked is told. */
  #askOrDeny(pool: PoolId, plan: Plan, waitingUntilMs: number, now: Now): void {
    const forParent = plan.unmet.find(({ child }) => child === PARENT)?.units ?? 0;
    const want = Math.max(0, plan.want - forParent);
    const isDenied = (this.#deniedUntilMs.get(pool) ?? 0) > now.monotonicMs;
    const isRecalling = [...this.#hub.children.values()].some(
      (child) => child.pools.get(pool)?.recall !== undefined,
    );
    const { link, policy } = this.#settings;
    const owes = this.#owes(pool);
    let untilMs = Math.max(waitingUntilMs, now.monotonicMs + (owes ? policy.debtAskMs : link.resendMs));
    for (const { child } of plan.unmet) {
      const ask = this.#hub.children.get(child as ReplicaId)?.pools.get(pool)?.ask;
      untilMs = Math.max(untilMs, ask?.untilMs ?? 0);
    }
    if (want > 0 && this.#uplink.isOpen && !isDenied) {
      this.#uplink.ask(pool, want, untilMs);
      return;
    }
    if (isRecalling || want === 0) return;
    for (const { child: id } of plan.unmet) {
      const child = this.#hub.children.get(id as ReplicaId);
      const known = child?.pools.get(pool);
      if (child?.session === undefined || known?.ask === undefined) continue;
      child.session.denied.set(pool, known.ask.atLeast);
      known.ask = undefined;
    }
  }
}

function pseudo(id: string, asked: number): PlanChild[] {
  if (asked <= 0) return [];
  const what = { lastGrantAtMs: undefined, keeps: 0, asked, least: 1, mayDonate: false, returning: 0 };
  return [{ id, reachable: true, free: 0, rate: 0, sigma2: 0, ...what }];
}

/** An entry says at most so much of a pool (T7); who lied itself more waits for the next one. */
function push(grants: Grants, to: WriterId, { pool, n }: PoolUnits): void {
  const item = { pool, n: Math.min(n, QUANTITY_MAX) };
  const items = grants.get(to);
  if (items === undefined) grants.set(to, [item]);
  else items.push(item);
}
