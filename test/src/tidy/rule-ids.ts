/**
 * Guards that every rule of a `SPEC.md` has a test that names it.
 *
 * A rule is a list item that opens with its id in bold: `- **T4** Rights never go below zero.` A test
 * names it in its title: `[T4] …`. A rule that is written before its code says `(later)` in that item.
 */
import { blank } from './blank.ts';
import type { Finding, SourceFile } from './source-file.ts';
import { isTestCode, lineOf } from './source-file.ts';

type Rule = { readonly id: string; readonly line: number; readonly later: boolean };

export function findUntestedRules(files: readonly SourceFile[]): Finding[] {
  const tested = new Set(files.filter((file) => isTestCode(file.path)).flatMap(idsInTitles));
  const specs = files.filter((file) => file.path.endsWith('SPEC.md'));
  return specs.flatMap((spec) => {
    const seen = new Set<string>();
    return rulesOf(spec.text).flatMap((rule) => {
      const where = `${spec.path}:${rule.line}`;
      if (seen.has(rule.id)) return [`${where} ${rule.id} is the id of two rules`];
      seen.add(rule.id);
      if (rule.later || tested.has(rule.id)) return [];
      return [`${where} ${rule.id} has no test with [${rule.id}] in its title`];
    });
  });
}

export function rulesOf(markdown: string): Rule[] {
  // An item ends where the next item, a heading or an empty line begins.
  const item = /^[ \t]*[-*] \*\*([A-Z]+\d+[a-z]?)[.:]?\*\*((?:(?!\n[ \t]*(?:[-*] |#|\n))[\s\S])*)/gm;
  return [...markdown.matchAll(item)].map((match) => ({
    id: match[1] ?? '',
    line: lineOf(markdown, match.index),
    later: (match[2] ?? '').includes('(later)'),
  }));
}

/** The ids in the titles of `test`, `it` and `describe`; of a skipped test none, for it proves nothing. */
export function idsInTitles(file: SourceFile): string[] {
  const code = blank(file.text, 'comments');
  return [...code.matchAll(TITLE)].flatMap((match) => {
    const groups = (match[2] ?? '').matchAll(/\[([^\]]+)\]/g);
    return [...groups].flatMap((group) => [...(group[1] ?? '').matchAll(ID)].map((id) => id[0]));
  });
}

const ID = /\b[A-Z]+\d+[a-z]?\b/g;

/** The string that opens the arguments of `test(…)`, of `test.fails(…)` or of the second call in `test.each(…)(…)`. */
const TITLE =
  /(?:(?<![\w$.])(?:test|it|describe)(?:\.(?!(?:skip|todo)\b)\w+)*|[)`])\s*\(\s*(['"`])((?:(?!\1)[^\\]|\\.)*)\1/g;
