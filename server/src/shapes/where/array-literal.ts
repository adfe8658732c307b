/** `{a,"b,c",NULL}`: a list as Postgres writes arrays, of one dimension. What is not one is none. */

const ITEM = /\s*(?:"((?:[^"\\]|\\.)*)"|((?:[^\s",{}\\]|\\.)(?:[^",{}\\]|\\.)*?))\s*(,|\}\s*$)/sy;

/** @returns undefined where it is no such list */
export function readArray(text: string): (string | null)[] | undefined {
  if (/^\s*\{\s*\}\s*$/.test(text)) return [];
  const start = /^\s*\{/.exec(text)?.[0].length;
  if (start === undefined) return undefined;
  const items: (string | null)[] = [];
  ITEM.lastIndex = start;
  for (;;) {
    const found = ITEM.exec(text);
    if (found === null) return undefined;
    const [, quoted, bare = '', end] = found;
    const item = (quoted ?? bare).replace(/\\(.)/gs, '$1');
    items.push(quoted === undefined && /^null$/i.test(bare) ? null : item);
    if (end !== ',') return items;
  }
}
