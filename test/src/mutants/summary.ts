/** Summary: a line for each file, and each mutant that nobody noticed and nothing explains, with what it says instead. */
import { type Changed, changedLine, type Explanation, isExplained } from './explained.ts';

/** The part of Stryker's result that is told. */
export interface Tried {
  readonly fileName: string;
  readonly status: string;
  readonly mutatorName: string;
  readonly replacement?: string;
  readonly location: { readonly start: Place; readonly end: Place };
}

/** Both from 1; the end is behind the last character. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Noticed by a failing test, or by never coming to an end. */
const KILLED = new Set(['Killed', 'Timeout']);
const SURVIVED = new Set(['Survived', 'NoCoverage']);

/** Of these files and folders: Stryker hands back all that it remembers. */
export function isOf(sources: readonly string[]): (tried: Pick<Tried, 'fileName'>) => boolean {
  return ({ fileName }) =>
    sources.some((source) => fileName.endsWith(source) || fileName.includes(`${source}/`));
}

/** What a run found out of one mutant. */
interface Found {
  readonly mutant: Tried;
  readonly changed: Changed;
  readonly isKilled: boolean;
  readonly isExplained: boolean;
}

interface File {
  readonly file: string;
  readonly found: readonly Found[];
}

/** A mutant that no test noticed, and of which nothing says why nobody could. */
export function isOpen({ isKilled, isExplained }: Found): boolean {
  return !isKilled && !isExplained;
}

/**
 * What a run found out, file by file.
 *
 * @param sourceOf - the text of a file such as `hub/heads`
 * @param explanations - of such a file
 */
export function findingsOf(
  results: readonly Tried[],
  sourceOf: (file: string) => string,
  explanations: (file: string) => readonly Explanation[],
): File[] {
  const tried = results.filter(({ status }) => KILLED.has(status) || SURVIVED.has(status));
  return [...new Set(tried.map(({ fileName }) => shown(fileName)))].sort().map((file) => {
    const source = sourceOf(file);
    const explained = isExplained(explanations(file));
    const found = tried
      .filter(({ fileName }) => shown(fileName) === file)
      .map((mutant) => {
        const changed = changedLine(source, mutant);
        return { mutant, changed, isKilled: KILLED.has(mutant.status), isExplained: explained(changed) };
      });
    return { file, found };
  });
}

export function summary(files: readonly File[], isQuiet: boolean): string {
  const told = files.flatMap(({ file, found }) => found.filter(isOpen).map((each) => place(file, each)));
  const table = files.map(({ file, found }) => row(file, found));
  const all = files.flatMap(({ found }) => found);
  return [...(isQuiet ? [] : [...told, '']), ...table, row('all', all)].join('\n');
}

function row(name: string, found: readonly Found[]): string {
  const killed = found.filter(({ isKilled }) => isKilled).length;
  const survived = found.length - killed;
  const explained = found.filter((each) => each.isExplained && !each.isKilled).length;
  const percent = ((100 * killed) / Math.max(1, found.length)).toFixed(1);
  const rest = survived === 0 ? '' : `, of ${survived} survivors ${explained} explained`;
  return `${percent.padStart(6)} %  ${`${killed}/${found.length}`.padStart(9)}  ${name}${rest}`;
}

function place(file: string, { mutant, changed }: Found): string {
  const [was, becomes] = changed.map((text) => (text.length > 160 ? `${text.slice(0, 159)}…` : text));
  const reached = mutant.status === 'NoCoverage' ? ' (no test comes here)' : '';
  return `${file}.ts:${mutant.location.start.line} ${mutant.mutatorName}${reached}\n  - ${was}\n  + ${becomes}`;
}

function shown(fileName: string): string {
  return fileName.replace(/^.*crdt\/src\//, '').replace(/\.ts$/, '');
}
