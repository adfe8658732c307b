/** What was laid side by side, so that agreement over nothing is not taken for agreement. */

/** Model or simulator and Postgres do not say the same: one of them is wrong. */
export class Disagreement extends Error {
  override readonly name = 'Disagreement';
}

const COUNTED = [
  'turns',
  'entries',
  'rows',
  'orders',
  'line_progress',
  'duplicates',
  'quarantine',
  'outbox',
  'comparisons',
  'answers',
  'unforeseen',
  'restarts',
  'putBacks',
  'moved',
  'followed',
  'lostTurns',
  'none',
  'breaks off',
  'answer lost',
  'comes again',
  'too late',
] as const;
export type Counts = Record<(typeof COUNTED)[number], number>;

export function noCounts(): Counts {
  return Object.fromEntries(COUNTED.map((name) => [name, 0])) as Counts;
}

export function addCounts(sum: Counts, more: Counts): void {
  for (const name of COUNTED) sum[name] += more[name];
}
