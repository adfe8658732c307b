/**
 * Parsing a where clause: comparisons, in, = any, between, like and ilike, is null and is true, and, or, not,
 * parameters, casts. What is not listed here is refused in words, and never passed on to Postgres.
 */
import { castType } from './kinds.ts';
import { lex, type Token } from './lex.ts';
import type { Comparison, Predicate, Where, WhereColumn } from './predicate.ts';
import { type Expression, Typing } from './typing.ts';
import { WhereError } from './where-error.ts';

/** Deeper nesting is nobody's question, and would use up the stack. */
const DEPTH_MAX = 100;
const IN_MAX = 5_000;

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  '=': '=',
  '<>': '<>',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};

/**
 * @param params by their number, as text; what is compared with them gives them their type
 * @throws WhereError
 */
export function parseWhere(
  text: string,
  columns: readonly WhereColumn[],
  params: Readonly<Record<string, string>> = {},
): Where {
  const parser = new Parser(lex(text), new Typing(columns, params));
  return parser.whole();
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #typing: Typing;
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], typing: Typing) {
    this.#tokens = tokens;
    this.#typing = typing;
  }

  whole(): Where {
    const predicate = this.#typing.condition(this.#or());
    if (this.#token.is !== 'end') throw this.#unexpected('the end');
    return { predicate, constants: this.#typing.constants };
  }

  #or(): Expression {
    return this.#chain('or', () => this.#chain('and', () => this.#not()));
  }

  #chain(word: 'and' | 'or', part: () => Expression): Expression {
    const first = part();
    if (!this.#sees(word)) return first;
    const of: Predicate[] = [this.#typing.condition(first)];
    while (this.#takes(word)) of.push(this.#typing.condition(part()));
    return { is: 'condition', of: { is: word, of }, at: first.at };
  }

  #not(): Expression {
    const { at } = this.#token;
    if (!this.#takes('not')) return this.#is();
    return this.#deeper(() => ({
      is: 'condition',
      of: { is: 'not', of: this.#typing.condition(this.#not()) },
      at,
    }));
  }

  #is(): Expression {
    let left = this.#comparison();
    while (this.#takes('is')) {
      const isNot = this.#takes('not');
      const word = this.#token;
      this.#next += 1;
      let of: Predicate;
      if (word.is === 'word' && word.text === 'null') of = this.#typing.isNull(left);
      else if (word.is === 'word' && ['true', 'false', 'unknown'].includes(word.text)) {
        const wanted = word.text === 'unknown' ? null : word.text === 'true';
        of = { is: 'truth', of: this.#typing.condition(left), wanted };
      } else throw new WhereError('needs null, true, false or unknown behind "is"', word.at);
      left = { is: 'condition', of: isNot ? { is: 'not', of } : of, at: left.at };
    }
    return left;
  }

  #comparison(): Expression {
    const left = this.#tight();
    const { is, text } = this.#token;
    const op = is === 'sign' ? COMPARISONS[text] : undefined;
    if (op === undefined) return left;
    this.#next += 1;
    if (op === '=' && this.#takes('any')) {
      this.#needs('(');
      const list = this.#typing.anyOf(left, this.#operand(), IN_MAX);
      this.#needs(')');
      return { is: 'condition', of: list, at: left.at };
    }
    return { is: 'condition', of: this.#typing.compare(op, left, this.#tight()), at: left.at };
  }

  /** What binds closer than a comparison: in, between, like. */
  #tight(): Expression {
    const left = this.#operand();
    const isNot = this.#sees('not');
    const word = isNot ? this.#tokens[this.#next + 1] : this.#token;
    if (word?.is !== 'word' || !['in', 'between', 'like', 'ilike'].includes(word.text)) return left;
    this.#next += isNot ? 2 : 1;
    const of = this.#behind(word.text, left);
    return { is: 'condition', of: isNot ? { is: 'not', of } : of, at: left.at };
  }

  #behind(word: string, left: Expression): Predicate {
    if (word === 'in') return this.#typing.isIn(left, this.#list());
    if (word === 'between') {
      const low = this.#operand();
      this.#needs('and');
      const high = this.#operand();
      return {
        is: 'and',
        of: [this.#typing.compare('>=', left, low), this.#typing.compare('<=', left, high)],
      };
    }
    return this.#typing.like(left, this.#operand(), word === 'ilike');
  }

  #list(): Expression[] {
    this.#needs('(');
    const list = [this.#operand()];
    while (this.#takes(',')) list.push(this.#operand());
    if (list.length > IN_MAX) throw new WhereError(`lists more than ${IN_MAX} values`, this.#token.at);
    this.#needs(')');
    return list;
  }

  #operand(): Expression {
    let operand = this.#plain();
    while (this.#takes('::')) operand = this.#typing.cast(operand, this.#typeName());
    return operand;
  }

  #plain(): Expression {
    const token = this.#token;
    const { at, text } = token;
    this.#next += 1;
    switch (token.is) {
      case 'string':
        return { is: 'unknown', text, at };
      case 'number':
        return { is: 'number', text, at };
      case 'param':
        return this.#typing.param(text, at);
      case 'name':
        return this.#typing.column(text, at);
      case 'word':
        if (text === 'true' || text === 'false') return { is: 'typed', type: 'bool', text, at };
        if (text === 'null') return { is: 'unknown', text: null, at };
        if (text === 'cast' && this.#sees('(')) return this.#castCall();
        return this.#typing.column(text, at);
      case 'sign':
        if (text === '(') {
          const inner = this.#deeper(() => this.#or());
          this.#needs(')');
          return inner;
        }
        if ((text === '-' || text === '+') && this.#token.is === 'number') {
          const number = this.#token.text;
          this.#next += 1;
          return { is: 'number', text: text === '-' ? `-${number}` : number, at };
        }
    }
    this.#next -= 1;
    throw this.#unexpected('a column or a value');
  }

  #castCall(): Expression {
    this.#needs('(');
    const operand = this.#deeper(() => this.#operand());
    this.#needs('as');
    const cast = this.#typing.cast(operand, this.#typeName());
    this.#needs(')');
    return cast;
  }

  #typeName(): string {
    const { is, text, at } = this.#token;
    this.#next += 1;
    if (is === 'word' && text === 'double' && this.#takes('precision')) return 'float8';
    const type = is === 'word' ? castType(text) : undefined;
    if (type === undefined)
      throw new WhereError(`casts to ${JSON.stringify(text)}, which is not supported`, at);
    return type;
  }

  get #token(): Token {
    return this.#tokens[this.#next] ?? (this.#tokens.at(-1) as Token);
  }

  #sees(text: string): boolean {
    const token = this.#token;
    return (token.is === 'word' || token.is === 'sign') && token.text === text;
  }

  #takes(text: string): boolean {
    if (!this.#sees(text)) return false;
    this.#next += 1;
    return true;
  }

  #needs(text: string): void {
    if (!this.#takes(text)) throw this.#unexpected(JSON.stringify(text));
  }

  #unexpected(wanted: string): WhereError {
    const { is, text, at } = this.#token;
    return new WhereError(
      `needs ${wanted} where it has ${is === 'end' ? 'its end' : JSON.stringify(text)}`,
      at,
    );
  }

  #deeper<T>(act: () => T): T {
    this.#depth += 1;
    if (this.#depth > DEPTH_MAX) throw new WhereError('is nested too deep', this.#token.at);
    const value = act();
    this.#depth -= 1;
    return value;
  }
}
