/** One run: the fleet, its customers, the schedule, the healing, and the checkers at the end. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Prng } from '../sim/prng.ts';
import { Client } from './client.ts';
import { type DisturbanceCounts, Disturber } from './disturber.ts';
import { Fleet } from './fleet.ts';
import { checkFollower, Follower } from './follower.ts';
import { inspect } from './inspect.ts';
import { ClientLedger } from './ledger.ts';
import { Lorry } from './lorry.ts';
import { readFeed } from './read-books.ts';
import { type ChaosReport, killsOf } from './report.ts';
import { createSchedule } from './schedule.ts';
import { settle } from './settle.ts';
import { Shopper } from './shopper.ts';
import { createSmallDisk } from './small-disk.ts';
import { openBooks } from './sql.ts';
import { AUTHORITY, ofKind, PLACES, SMALL_DISK_TILL, TREE } from './tree.ts';

export interface ChaosOptions {
  readonly minutes: number;
  readonly seed: number;
  readonly keep: boolean;
}

const PROGRESS_MS = 5_000;
/** After the last disturbance the client goes on until it has its answers, but not for ever. */
const ANSWERS_MS = 60_000;
const STORIES_MAX = 40;

export async function runChaos({ minutes, seed, keep }: ChaosOptions): Promise<ChaosReport> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tallystick-chaos-'));
  const startedMs = performance.now();
  const say = (line: string) => {
    const seconds = Math.round((performance.now() - startedMs) / 1_000);
    process.stderr.write(`[${String(seconds).padStart(4)} s] ${line}\n`);
  };
  const violations: string[] = [];
  const onViolation = (story: string) => {
    // One cause may break a thousand sales: the first stories tell it.
    if (violations.length >= STORIES_MAX) return;
    say(`! ${story}`);
    violations.push(story);
  };
  let crashes = 0;
  let isOver = false;
  const fleet = new Fleet(dataDir, seed, (name, why) => {
    if (isOver) return;
    crashes += 1;
    // Without its books an authority may give up; a replica has no such reason.
    if (name === AUTHORITY) say(`${name} ended by itself (${why})`);
    else onViolation(`${name} ended by itself (${why})`);
  });
  const disk = createSmallDisk(fleet.folder(SMALL_DISK_TILL), () => fleet.programs.get(SMALL_DISK_TILL)?.pid);
  const leftOut: string[] = [];
  const closing = new AbortController();
  const giveUp = new AbortController();
  const interrupted = () => {
    onViolation('interrupted before the end');
    closing.abort();
    giveUp.abort();
  };
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  try {
    if (disk === undefined) leftOut.push('full disk: neither mount nor prlimit can be used here');
    await fleet.start(say);
    const ledger = new ClientLedger();
    const clients: Client[] = [];
    const client = (id: string) => {
      const made = new Client(id, fleet.port(id), giveUp.signal, onViolation);
      clients.push(made);
      return made;
    };
    const lorries = PLACES.map(
      (place) => new Lorry(place, client(place), ledger, new Prng(seed, `lorry ${place}`), onViolation),
    );
    await Promise.all(lorries.map((lorry) => lorry.open()));
    const shoppers = new Map(
      TREE.filter(({ kind }) => kind !== 'warehouse').map((replica) => {
        const prng = new Prng(seed, `shopper ${replica.id}`);
        return [replica.id, new Shopper(replica, client(replica.id), ledger, prng, onViolation)] as const;
      }),
    );
    const counts: DisturbanceCounts = { kills: {}, stops: 0, cuts: 0, restores: 0, fullDisks: 0, skipped: 0 };
    const progress = setInterval(() => say(progressLine(ledger, counts)), PROGRESS_MS);
    const trade = [...lorries, ...shoppers.values()].map((one) => one.run(closing.signal));
    const followers = ofKind('region').map(
      (id) =>
        new Follower(`follower of ${id}`, fleet.port(id), new Prng(seed, `follower ${id}`), onViolation),
    );
    const left = new AbortController();
    const following = followers.map((one) => one.run(left.signal));
    const schedule = createSchedule(seed, minutes * 60_000);
    const setBack = new Map<string, number>();
    const disturber = new Disturber({ fleet, shoppers, disk, counts, setBack, say, onViolation });
    await disturber.run(schedule, closing.signal);
    say('the storm is over: every line is up');
    for (const line of fleet.lines.values()) line.quieten();
    closing.abort();
    const late = setTimeout(() => giveUp.abort(), ANSWERS_MS);
    await Promise.all(trade);
    clearTimeout(late);
    clearInterval(progress);
    const settleSeconds = await settle(fleet, say, onViolation);
    await checkFeed(fleet, followers, onViolation);
    left.abort();
    await Promise.all(following);
    isOver = true;
    await fleet.stopReplicas();
    say('reading the books and every journal');
    const checked = await inspect(fleet, ledger, setBack, onViolation);
    const sales = [...ledger.sales.values()];
    const count = (is: (sale: (typeof sales)[number]) => boolean) => sales.filter(is).length;
    const acked = sales.filter(({ outcome }) => outcome === 'acked');
    if (acked.length === 0) onViolation('nothing was sold: this run proves nothing');
    if (killsOf(counts) === 0 || counts.cuts === 0)
      onViolation('nothing was killed or cut: this run proves nothing');
    if (counts.restores === 0) leftOut.push('restore: no database was put back');
    if (disk !== undefined && counts.fullDisks === 0) leftOut.push('full disk: it never ran full');
    const asked = sales.length;
    const { frames, lost: framesLost, doubled: framesDoubled, delayed: framesDelayed } = fleet.lineCounts;
    return {
      minutes,
      seed,
      sales: asked,
      acked: acked.length,
      refused: count(({ outcome }) => outcome === 'refused'),
      unknown: count(({ outcome }) => outcome === 'unknown'),
      units: acked.flatMap(({ lines }) => lines).reduce((sum, { quantity }) => sum + quantity, 0),
      retries: clients.reduce((sum, { retries }) => sum + retries, 0),
      cancelled: count(({ cancel }) => cancel === 'acked'),
      returned: count(({ comeBack }) => comeBack === 'acked'),
      kills: counts.kills,
      stops: counts.stops,
      cuts: counts.cuts,
      frames,
      framesLost,
      framesDoubled,
      framesDelayed,
      restores: counts.restores,
      fullDisks: counts.fullDisks,
      fullDiskWay: disk?.way ?? 'none',
      crashes,
      settleSeconds,
      events: Math.min(...followers.map(({ seen }) => seen.length)),
      visits: followers.reduce((sum, { visits }) => sum + visits, 0),
      ...checked,
      leftOut,
      violations,
    };
  } finally {
    isOver = true;
    closing.abort();
    giveUp.abort();
    await fleet.stop();
    disk?.unmount();
    process.off('SIGINT', interrupted);
    process.off('SIGTERM', interrupted);
    if (keep) say(`logs and data are in ${dataDir}`);
    else rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Each has read the books' own sequence, up to the end that there was when all had settled. */
async function checkFeed(
  fleet: Fleet,
  followers: readonly Follower[],
  onViolation: (story: string) => void,
): Promise<void> {
  const books = await openBooks(fleet.databaseUrl);
  try {
    const last = (await readFeed(books)).at(-1) ?? '0';
    await Promise.all(followers.map((one) => one.until(Number(last.split(' ')[0]))));
    const told = await readFeed(books);
    for (const { name, seen } of followers) {
      const wrong = checkFollower(seen, told);
      if (wrong !== undefined) onViolation(`${name}: ${wrong}`);
    }
  } finally {
    await books.close();
  }
}

function progressLine(ledger: ClientLedger, counts: DisturbanceCounts): string {
  let acked = 0;
  let refused = 0;
  for (const { outcome } of ledger.sales.values()) {
    if (outcome === 'acked') acked += 1;
    else if (outcome === 'refused') refused += 1;
  }
  const { stops, cuts, restores, fullDisks } = counts;
  return `${acked} sales acked, ${refused} refused; ${killsOf(counts)} kills, ${stops} stops, ${cuts} cuts, ${restores} restores, ${fullDisks} full disks`;
}
