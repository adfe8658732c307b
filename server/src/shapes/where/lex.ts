/** The words of a where clause, each with its place, so that a complaint can point at it. */
import { WhereError } from './where-error.ts';

export type Token =
  /** Keywords and unquoted names are folded to lower case, as Postgres does. */
  | { readonly is: 'word'; readonly text: string; readonly at: number }
  | { readonly is: 'name'; readonly text: string; readonly at: number }
  | { readonly is: 'string'; readonly text: string; readonly at: number }
  | { readonly is: 'number'; readonly text: string; readonly at: number }
  | { readonly is: 'param'; readonly text: string; readonly at: number }
  | { readonly is: 'sign'; readonly text: string; readonly at: number }
  | { readonly is: 'end'; readonly text: ''; readonly at: number };

/** Longer clauses are lists of ids, which belong into parameters, or attacks. */
export const WHERE_LENGTH_MAX = 20_000;

/** The first that fits; what is in parentheses, or else all of it, is its text. */
const FORMS: readonly (readonly [Exclude<Token['is'], 'end'> | 'blank', RegExp])[] = [
  ['blank', /\s+/y],
  ['string', /'((?:[^']|'')*)'/y],
  ['name', /"((?:[^"]|"")+)"/y],
  ['number', /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?/y],
  ['param', /\$(\d{1,4})/y],
  ['word', /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y],
  ['sign', /<=|>=|<>|!=|::|[=<>(),+-]/y],
];

/** @throws WhereError */
export function lex(text: string): Token[] {
  if (text.length > WHERE_LENGTH_MAX)
    throw new WhereError(`is longer than ${WHERE_LENGTH_MAX} characters: give lists as parameters`, 0);
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const [is, found, end] = formAt(text, at);
    if (is !== 'blank') tokens.push({ is, text: unquoted(is, found), at });
    at = end;
  }
  tokens.push({ is: 'end', text: '', at });
  return tokens;
}

function formAt(text: string, at: number) {
  for (const [is, form] of FORMS) {
    form.lastIndex = at;
    const found = form.exec(text);
    if (found !== null) return [is, found[1] ?? found[0], form.lastIndex] as const;
  }
  throw new WhereError(`has something that is not understood at ${quote(text, at)}`, at);
}

function unquoted(is: Token['is'], text: string): string {
  if (is === 'string') return text.replaceAll("''", "'");
  if (is === 'name') return text.replaceAll('""', '"');
  return is === 'word' ? text.toLowerCase() : text;
}

function quote(text: string, at: number): string {
  return JSON.stringify(text.slice(at, at + 20));
}
