/** The canonical text of a value: equal texts are equal values, whatever order their keys were made in. */
export function textOf(value: unknown): string {
  if (value instanceof Uint8Array) return `<${Buffer.from(value).toString('hex')}>`;
  if (Array.isArray(value)) return `[${value.map(textOf).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const parts = Object.entries(value)
      .filter(([, part]) => part !== undefined)
      .map(([key, part]) => `${key}:${textOf(part)}`)
      .sort();
    return `{${parts.join(',')}}`;
  }
  // Minus nought is another number than nought, and what is no number is no other.
  return typeof value === 'number' ? (Object.is(value, -0) ? '-0' : String(value)) : JSON.stringify(value);
}

/** How much a value holds: characters, bytes, and one for each item and field. */
export function sizeOf(value: unknown): number {
  if (value instanceof Uint8Array) return value.length;
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, part) => sum + 1 + sizeOf(part), 0);
}
