/** Targets: what a bench must reach, as ratios within one run, so that they hold on any machine. */
import type { Spread } from './figures.ts';

/** The medians of one case. */
export interface Result {
  readonly name: string;
  readonly perSecond?: Spread | undefined;
  readonly p50Ms?: Spread | undefined;
  readonly p99Ms?: Spread | undefined;
  readonly residentMiB?: Spread | undefined;
  readonly serverMicros?: Spread | undefined;
  readonly loadMicros?: Spread | undefined;
  readonly note: string;
}

export interface Target {
  readonly text: string;
  readonly bound: number;
  readonly is: 'at least' | 'at most';
  /** Undefined where one of its cases was not measured. */
  readonly value: (results: ReadonlyMap<string, Result>) => number | undefined;
}

/** `of` does at least `bound` times as many a second as `against`. */
export function ratio(of: string, against: string, bound: number): Target {
  return {
    text: `${of} against ${against}`,
    bound,
    is: 'at least',
    value: (results) => {
      const [a, b] = [results.get(of)?.perSecond, results.get(against)?.perSecond];
      return a === undefined || b === undefined ? undefined : a.median / b.median;
    },
  };
}

export function isMet({ is, bound }: Target, value: number): boolean {
  return is === 'at least' ? value >= bound : value <= bound;
}
