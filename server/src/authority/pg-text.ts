/**
 * Text on its way into Postgres, which holds every character but one.
 *
 * A hostile peer may put U+0000 into an id; it must not stop the entries behind it
 * (F5). The entry's bytes keep it; columns show the replacement character.
 */
const NUL = /\0/g;

export function text(value: string): string {
  return value.includes('\0') ? value.replace(NUL, '\ufffd') : value;
}

export function textOrNull(value: string | undefined): string | null {
  return value === undefined ? null : text(value);
}

export function json(value: unknown): string {
  // Most orders have no discounts, and this is asked for each line.
  if (Array.isArray(value) && value.length === 0) return '[]';
  const written = JSON.stringify(value);
  return written.includes('\\u0000') ? written.replaceAll('\\u0000', '\\ufffd') : written;
}
