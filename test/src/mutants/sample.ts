/** Sample: lines of the sources, drawn by chance, whose mutants stand for all. */
import { readdirSync, readFileSync } from 'node:fs';
import { Prng } from '../sim/prng.ts';
import type { Tried } from './summary.ts';

/** Lines with something in them that could be a mistake: no comment, no bracket alone. */
const HAS_CODE = /^(?!\s*(\/\/|\/?\*)).*[\w]/;

/**
 * The patterns of the drawn lines, `file:line-line`. What reaches over several lines, such as the body of a function
 * that is gone, is on none of them: it is noticed more often than others, so a sample rather tells too little.
 */
export function drawLines(
  sources: readonly string[],
  { percent, seed }: { readonly percent: number; readonly seed: number },
): string[] {
  const prng = new Prng(seed, 'mutants');
  return sources.flatMap(filesOf).flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((text, at) =>
        HAS_CODE.test(text) && prng.chance(percent / 100) ? [`${file}:${at + 1}-${at + 1}`] : [],
      ),
  );
}

/** On one of the lines from end to end: Stryker hands back all that it remembers. */
export function isOn(lines: readonly string[]): (tried: Tried) => boolean {
  const drawn = new Set(lines);
  return ({ fileName, location: { start, end } }) =>
    drawn.has(`${fileName.replace(/^.*(?=crdt\/src\/)/, '')}:${start.line}-${end.line}`);
}

function filesOf(source: string): string[] {
  if (source.endsWith('.ts')) return [source];
  return readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/\.test(-kit)?\.ts$/.test(file))
    .map((file) => `${source}/${file}`)
    .sort();
}
