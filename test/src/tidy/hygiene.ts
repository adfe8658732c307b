/** Guards against what must not reach `main`: very long files, a focused test, a note to oneself. */
import { blank } from './blank.ts';
import type { Finding, SourceFile } from './source-file.ts';
import { lineOf } from './source-file.ts';

/** What a generator wrote is not read from top to bottom. */
const GENERATED = '/src/generated/';

/** A good file has 40–150 lines; at more than this it holds at least two ideas. */
export const FILE_LINES_MAX = 350;

export function findLongFiles(files: readonly SourceFile[]): Finding[] {
  return files
    .filter((file) => isCode(file.path) && !file.path.endsWith('.test.ts') && !file.path.includes(GENERATED))
    .map((file) => ({ path: file.path, lines: file.text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > FILE_LINES_MAX)
    .map(({ path, lines }) => `${path} has ${lines} lines, more than ${FILE_LINES_MAX}: split it`);
}

export function findFocusedTests(files: readonly SourceFile[]): Finding[] {
  return findIn(
    files,
    'comments-and-strings',
    /\b(?:test|it|describe|suite|bench)(?:\.\w+)*\.only\b/g,
    (found) => {
      return `${found} leaves all other tests out`;
    },
  );
}

export function findNotes(files: readonly SourceFile[]): Finding[] {
  return findIn(files, 'nothing', new RegExp(`\\b(?:${NOTES.join('|')})\\b`, 'g'), (found) => {
    return `${found}: do it now or file an issue`;
  });
}

/** In two halves, because this file is searched as well. */
const NOTES = [`TO${'DO'}`, `FIX${'ME'}`];

function findIn(
  files: readonly SourceFile[],
  hidden: 'nothing' | 'comments-and-strings',
  pattern: RegExp,
  say: (found: string) => string,
): Finding[] {
  return files
    .filter((file) => isCode(file.path))
    .flatMap((file) => {
      const text = hidden === 'nothing' ? file.text : blank(file.text, hidden);
      return [...text.matchAll(pattern)].map(
        (match) => `${file.path}:${lineOf(text, match.index)} ${say(match[0])}`,
      );
    });
}

function isCode(path: string): boolean {
  return /\.(ts|tsx|mjs|js|sql)$/.test(path);
}
