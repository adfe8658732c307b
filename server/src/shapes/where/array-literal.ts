/** `{a,"b,c",NULL}`: a list as Postgres writes arrays, of one dimension. Read character by character, each of them once. */

const isBlank = (character: string | undefined) =>
  character !== undefined && ' \t\n\r\v\f'.includes(character);

/** @returns undefined where it is no such list */
export function readArray(text: string): (string | null)[] | undefined {
  let at = 0;
  const skip = () => {
    while (isBlank(text[at])) at += 1;
  };
  const quoted = (): string | undefined => {
    let item = '';
    for (at += 1; at < text.length; at += 1) {
      if (text[at] === '"') {
        at += 1;
        return item;
      }
      if (text[at] === '\\') at += 1;
      item += text[at] ?? '';
    }
    return undefined;
  };
  const bare = (): string | null | undefined => {
    let item = '';
    let [length, isEscaped] = [0, false];
    for (; at < text.length && !'",{}'.includes(text[at] as string); at += 1) {
      if (text[at] === '\\') {
        at += 1;
        if (at === text.length) return undefined;
        isEscaped = true;
      } else if (isBlank(text[at])) {
        item += text[at];
        continue;
      }
      item += text[at];
      length = item.length;
    }
    // Spaces at the end belong to nobody.
    if (length === 0) return undefined;
    return !isEscaped && /^null$/i.test(item.slice(0, length)) ? null : item.slice(0, length);
  };

  skip();
  if (text[at] !== '{') return undefined;
  at += 1;
  skip();
  const items: (string | null)[] = [];
  let isOver = text[at] === '}';
  while (!isOver) {
    skip();
    const item = text[at] === '"' ? quoted() : bare();
    if (item === undefined) return undefined;
    items.push(item);
    skip();
    if (text[at] === '}') isOver = true;
    else if (text[at] === ',') at += 1;
    else return undefined;
  }
  at += 1;
  skip();
  return at === text.length ? items : undefined;
}
