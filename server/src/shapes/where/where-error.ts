/** A where clause that cannot be followed: what is wrong, in words that end a sentence about the clause. */
export class WhereError extends Error {
  override readonly name = 'WhereError';
  /** Where in the clause, from 0. */
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}
