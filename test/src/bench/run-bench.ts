/** Running a bench: everything open at once, each case warmed up, then the rounds in turn. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Absent, Bench, Case, Place, Round } from './bench.ts';
import { spreadOf } from './figures.ts';
import type { Result } from './target.ts';

export interface Ran {
  readonly results: readonly Result[];
  readonly absent: readonly Absent[];
}

export interface RunOptions {
  readonly rounds?: number | undefined;
  readonly seconds?: number | undefined;
  readonly only?: readonly string[] | undefined;
  /** A folder for a CPU profile of each process. */
  readonly profile?: string | undefined;
  /** Aborted where somebody has seen enough: the bench ends after the turn that is under way. */
  readonly stop?: AbortSignal | undefined;
  say(line: string): void;
}

/** Long enough for the compiler of V8 to have seen the hot path; Postgres has its pages in memory then, too. */
const WARM_UP_SHARE = 0.5;

/** @throws where a case did anything wrong; whatever was opened is closed again. */
export async function runBench(bench: Bench, options: RunOptions): Promise<Ran> {
  const folder = mkdtempSync(join(tmpdir(), `tallystick-bench-${bench.name}-`));
  const closing: (() => Promise<void> | void)[] = [() => rmSync(folder, { recursive: true, force: true })];
  const { say, profile } = options;
  const nodeFlags = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  const place: Place = { folder, nodeFlags, say, atEnd: (close) => closing.push(close) };
  try {
    const opened = await bench.open(place);
    const wanted = opened.filter(({ name }) => options.only?.includes(name) ?? true);
    const cases = wanted.filter((one): one is Case => !('absent' in one));
    const results = await takeTurns(bench, cases, options);
    return { results, absent: wanted.filter((one) => 'absent' in one) };
  } finally {
    await closeAll(closing.reverse());
  }
}

/** All of them, also where one fails: a server that nobody stops runs on. @throws what the first that failed said */
async function closeAll(closing: readonly (() => Promise<void> | void)[]): Promise<void> {
  const failed: unknown[] = [];
  for (const close of closing) {
    try {
      await close();
    } catch (error) {
      failed.push(error);
    }
  }
  if (failed.length > 0) throw failed[0];
}

async function takeTurns(bench: Bench, cases: readonly Case[], options: RunOptions): Promise<Result[]> {
  const seconds = options.seconds ?? bench.seconds;
  const rounds = options.rounds ?? bench.rounds;
  for (const one of cases) {
    if (one.warmsUp === false) continue;
    options.stop?.throwIfAborted();
    options.say(`${bench.name}: warming up ${one.name}`);
    await turn(bench, one, Math.max(seconds * WARM_UP_SHARE, bench.warmUpSeconds ?? 0));
  }
  const did = new Map<Case, Round[]>(cases.map((one) => [one, []]));
  const measure = async (one: Case, round: number, of: number) => {
    options.stop?.throwIfAborted();
    const last = await turn(bench, one, seconds);
    did.get(one)?.push(last);
    const figures = Object.entries(last).map(
      ([name, n]) => `${name} ${typeof n === 'number' ? n.toFixed(2) : n}`,
    );
    options.say(`${bench.name}: round ${round} of ${of}: ${one.name}: ${figures.join(', ')}`);
  };
  const together = cases.filter(({ roundsAfter }) => roundsAfter === undefined);
  for (let round = 1; round <= rounds; round += 1)
    for (const one of together) await measure(one, round, rounds);
  for (const one of cases) {
    const own = one.roundsAfter === undefined ? 0 : (options.rounds ?? one.roundsAfter);
    for (let round = 1; round <= own; round += 1) await measure(one, round, own);
  }
  return [...did].map(([one, done]) => resultOf(one, done));
}

async function turn(bench: Bench, one: Case, seconds: number): Promise<Round> {
  try {
    const round = await one.round(seconds);
    await one.settle?.();
    return round;
  } catch (error) {
    throw new Error(`${bench.name}, ${one.name}: ${(error as Error).message}`, { cause: error });
  }
}

function resultOf({ name, note }: Case, rounds: readonly Round[]): Result {
  const all = (figure: Exclude<keyof Round, 'note'>) =>
    spreadOf(rounds.map((round) => round[figure]).filter((n) => n !== undefined));
  const found = rounds.at(-1)?.note;
  return {
    name,
    perSecond: all('perSecond'),
    p50Ms: all('p50Ms'),
    p99Ms: all('p99Ms'),
    residentMiB: all('residentMiB'),
    serverMicros: all('serverMicros'),
    loadMicros: all('loadMicros'),
    note: [note, found].filter((text) => text !== undefined && text !== '').join('; '),
  };
}
