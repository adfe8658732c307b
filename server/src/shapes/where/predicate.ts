/**
 * Predicate: a where clause, read and typed. It is asked twice: as SQL of the rows that are there, and
 * here of each row that changes. Both must say the same, with the three truths of SQL.
 */
import type { Kind } from './kinds.ts';

export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>=';

/** A column of the row, or one of the clause's constants. */
export type Operand =
  | {
      readonly is: 'column';
      readonly index: number;
      readonly type: string;
      readonly cast: string | undefined;
    }
  | { readonly is: 'constant'; readonly index: number; readonly type: string };

export type Predicate =
  | { readonly is: 'literal'; readonly value: boolean | null }
  | {
      readonly is: 'compare';
      readonly op: Comparison;
      readonly kind: Kind;
      readonly left: Operand;
      readonly right: Operand;
    }
  | { readonly is: 'in'; readonly kind: Kind; readonly of: Operand; readonly list: readonly Operand[] }
  | { readonly is: 'like'; readonly of: Operand; readonly pattern: Operand; readonly ignoresCase: boolean }
  | { readonly is: 'null'; readonly of: Operand }
  | { readonly is: 'truth'; readonly of: Predicate; readonly wanted: boolean | null }
  | { readonly is: 'bool'; readonly of: Operand }
  | { readonly is: 'and' | 'or'; readonly of: readonly Predicate[] }
  | { readonly is: 'not'; readonly of: Predicate };

/** What the clause names beside columns: in the form in which Postgres writes it, once it was asked. */
export interface Constant {
  readonly type: string;
  readonly text: string | null;
}

export interface Where {
  readonly predicate: Predicate;
  readonly constants: readonly Constant[];
}

/** What a row is asked, at most; a list counts once, for it is looked up. */
export function termsOf(predicate: Predicate): number {
  switch (predicate.is) {
    case 'and':
    case 'or':
      return predicate.of.reduce((sum, one) => sum + termsOf(one), 0);
    case 'not':
    case 'truth':
      return 1 + termsOf(predicate.of);
    default:
      return 1;
  }
}

/** What a clause may speak of. The type is that of Postgres, domains resolved; no kind of array has one. */
export interface WhereColumn {
  readonly name: string;
  readonly type: string;
  /** Of an enum: what it may be. */
  readonly labels?: readonly string[];
}
