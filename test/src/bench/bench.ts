/**
 * Bench: what a bench brings, and what the harness makes of it.
 *
 *   const bench: Bench = {
 *     name: 'hot-sku', about: 'one SKU, …', rounds: 3, seconds: 4,
 *     open: async (place) => [await sellCase(place), await echoCase(place)],
 *     targets: [ratio('http', 'echo', 0.6)],
 *   };
 *
 * All cases of a bench are open at once and take turns, so that whatever slows the machine
 * for a while slows each of them. Put a new bench into `benches.ts`.
 */
import type { Target } from './target.ts';

/** What one round of one case measured. What a case has no figure for is left out. */
export interface Round {
  /** Things done in a second. */
  readonly perSecond?: number;
  /** Half of them took at most this long. */
  readonly p50Ms?: number;
  /** 99 of 100 took at most this long. */
  readonly p99Ms?: number;
  /** Memory that the process has resident, in MiB. */
  readonly residentMiB?: number;
  /** Processor time of the server's process, all its threads, in µs for each thing done. */
  readonly serverMicros?: number;
  /** The same of the load's process. */
  readonly loadMicros?: number;
  /** What else the round found, such as bytes; that of the last round is printed. */
  readonly note?: string;
}

export interface Case {
  readonly name: string;
  /** Version and settings, as printed. */
  readonly note: string;
  /** Loads it for about so long, from a process of its own. @throws where anything was not done right. */
  round(seconds: number): Promise<Round>;
  /** Brings what this round left undone to its end, so that the next case has the machine for itself. */
  settle?(): Promise<void>;
  /** False where a first, unmeasured round would tell nothing: each round starts from nothing anyway. */
  readonly warmsUp?: boolean;
  /** Rounds of its own, after those of all others: what it leaves a server to do would be measured with theirs. */
  readonly roundsAfter?: number;
}

/** A peer that cannot be measured here. */
export interface Absent {
  readonly name: string;
  /** Why, and what would change that. */
  readonly absent: string;
}

/** Where a bench works: a folder that is thrown away, and what must be closed at the end. */
export interface Place {
  readonly folder: string;
  /** For each process that is started: profiling, where that was asked for. */
  readonly nodeFlags: readonly string[];
  say(line: string): void;
  /** Run at the end, last one first, also where the bench failed. */
  atEnd(close: () => Promise<void> | void): void;
}

export interface Bench {
  readonly name: string;
  readonly about: string;
  readonly rounds: number;
  /** Of one round of one case. */
  readonly seconds: number;
  /** Of the round before the first, which is not measured: half as long as the others, unless it takes longer to get into the swing. */
  readonly warmUpSeconds?: number;
  open(place: Place): Promise<readonly (Case | Absent)[]>;
  readonly targets: readonly Target[];
}
