/**
 * Explained: survivors that stay, each with the reason why. `explained/hub/heads.json` has those of `hub/heads.ts`:
 * the line as it is, and as the mistake would have it. Lines are found by what they say, so that they may move.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Tried } from './summary.ts';

const FOLDER = fileURLToPath(new URL('./explained/', import.meta.url));

export type Changed = readonly [line: string, becomes: string];

/** One reason, and the mistakes that nobody is to notice because of it. */
export interface Explanation {
  readonly why: string;
  readonly mutants: readonly Changed[];
}

/** What is explained of a file such as `hub/heads`. */
export function explanationsOf(file: string): readonly Explanation[] {
  const path = `${FOLDER}${file}.json`;
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Explanation[]) : [];
}

/** The line that a mistake begins on and what becomes of it; of what reaches over several lines, its end follows. */
export function changedLine(source: string, { location: { start, end }, replacement }: Tried): Changed {
  const lines = source.split('\n');
  const first = lines[start.line - 1] ?? '';
  const last = lines[end.line - 1] ?? '';
  const becomes = first.slice(0, start.column - 1) + (replacement ?? '') + last.slice(end.column - 1);
  return [first.trim(), becomes.replace(/\s+/g, ' ').trim()];
}

/** Tells what is explained of a file. */
export function isExplained(explanations: readonly Explanation[]): (changed: Changed) => boolean {
  const known = new Set(explanations.flatMap(({ mutants }) => mutants.map((pair) => pair.join('\n'))));
  return (changed) => known.has(changed.join('\n'));
}
