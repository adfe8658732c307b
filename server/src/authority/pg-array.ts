/**
 * Arrays as Postgres reads them: `{1,2,3}`, `{"lamp","a \"b\""}`.
 *
 * The driver can do this too, element by element through a general escape; for the
 * forty columns of a turn that took longer than the server's whole commit (measured).
 */
export function pgArray(values: readonly unknown[]): string {
  const first = values.find((value) => value !== null);
  if (typeof first === 'number' || typeof first === 'boolean' || first === undefined) {
    return `{${values.map((value) => value ?? 'null').join(',')}}`;
  }
  let out = '{';
  // Most columns of a turn say the same over and over: a writer, a currency, a unit.
  let last: unknown;
  let written = '';
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at] as string | null;
    if (at === 0 || value !== last) {
      last = value;
      written = value === null ? 'null' : quoted(value);
    }
    out += at === 0 ? written : `,${written}`;
  }
  return `${out}}`;
}

function quoted(value: string): string {
  return NEEDS_ESCAPE.test(value) ? `"${value.replace(ESCAPED, '\\$&')}"` : `"${value}"`;
}

const NEEDS_ESCAPE = /["\\]/;
const ESCAPED = /["\\]/g;
