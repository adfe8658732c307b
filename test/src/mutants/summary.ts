/** Summary: a line for each file, and each mutant that nobody noticed with its place and what it says instead. */

/** The part of Stryker's result that is told. */
export interface Tried {
  readonly fileName: string;
  readonly status: string;
  readonly mutatorName: string;
  readonly replacement?: string;
  readonly location: {
    readonly start: { readonly line: number; readonly column: number };
    readonly end: { readonly line: number };
  };
}

/** Noticed by a failing test, or by never coming to an end. */
const KILLED = new Set(['Killed', 'Timeout']);
const SURVIVED = new Set(['Survived', 'NoCoverage']);

/** Of these files and folders: Stryker hands back all that it remembers. */
export function isOf(sources: readonly string[]): (tried: Tried) => boolean {
  return ({ fileName }) =>
    sources.some((source) => fileName.endsWith(source) || fileName.includes(`${source}/`));
}

export function summary(results: readonly Tried[], isQuiet: boolean): string {
  const tried = results.filter(({ status }) => KILLED.has(status) || SURVIVED.has(status));
  const names = [...new Set(tried.map(({ fileName }) => shown(fileName)))].sort();
  const table = [...names, 'all'].map((name) => {
    const here = tried.filter(({ fileName }) => name === 'all' || shown(fileName) === name);
    const killed = here.filter(({ status }) => KILLED.has(status)).length;
    const percent = ((100 * killed) / Math.max(1, here.length)).toFixed(1);
    return `${percent.padStart(6)} %  ${`${killed}/${here.length}`.padStart(9)}  ${name}`;
  });
  const survivors = tried
    .filter(({ status }) => SURVIVED.has(status))
    .map((mutant) => {
      const { line, column } = mutant.location.start;
      const reached = mutant.status === 'NoCoverage' ? ' (no test comes here)' : '';
      const instead = (mutant.replacement ?? '').replace(/\s+/g, ' ').slice(0, 100);
      return `${shown(mutant.fileName)}.ts:${line}:${column} ${mutant.mutatorName}${reached}: ${instead}`;
    });
  return [...(isQuiet ? [] : [...survivors, '']), ...table].join('\n');
}

function shown(fileName: string): string {
  return fileName.replace(/^.*crdt\/src\//, '').replace(/\.ts$/, '');
}
