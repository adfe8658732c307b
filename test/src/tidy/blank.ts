/**
 * Blanks comments, and string contents if asked, with spaces: what is left can be searched with a
 * regular expression, and every character keeps its line.
 *
 *   blank("run('Date.now') // Date.now", 'comments-and-strings')  →  "run('        ')            "
 *
 * One pass over the text with just enough grammar: strings, templates with `${…}`, comments, and
 * regular expressions (told from a division by the character before the slash).
 */
export function blank(text: string, what: 'comments' | 'comments-and-strings'): string {
  const out: string[] = [];
  /** For every `${` that is open: how many `{` inside it are open. */
  const holes: number[] = [];
  let at = 0;

  const copy = (length: number) => {
    out.push(text.slice(at, at + length));
    at += length;
  };
  const hide = (length: number, hidden: boolean) => {
    const part = text.slice(at, at + length);
    out.push(hidden ? part.replace(/[^\n]/g, ' ') : part);
    at += length;
  };
  /** From a backtick, or from the `}` that closes a hole, to the next hole or the closing backtick. */
  const template = () => {
    copy(1);
    hide(lengthOf(/(?:[^`\\$]|\\[\s\S]|\$(?!\{))*/y, text, at), what === 'comments-and-strings');
    if (text.startsWith('${', at)) {
      holes.push(0);
      copy(2);
    } else {
      copy(1);
    }
  };

  while (at < text.length) {
    const comment = lengthOf(/\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/y, text, at);
    const char = text[at];
    const depth = holes.at(-1);
    if (comment > 0) {
      hide(comment, true);
    } else if (char === "'" || char === '"') {
      const inside = lengthOf(
        char === "'" ? /(?:[^'\\\n]|\\[\s\S])*/y : /(?:[^"\\\n]|\\[\s\S])*/y,
        text,
        at + 1,
      );
      copy(1);
      hide(inside, what === 'comments-and-strings');
      copy(1);
    } else if (char === '`') {
      template();
    } else if (char === '}' && depth === 0) {
      holes.pop();
      template();
    } else if (char === '/' && startsRegExp(out)) {
      const inside = lengthOf(/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])*/y, text, at + 1);
      copy(1);
      hide(inside, what === 'comments-and-strings');
      copy(1);
    } else {
      if (depth !== undefined && char === '{') holes[holes.length - 1] = depth + 1;
      if (depth !== undefined && char === '}') holes[holes.length - 1] = depth - 1;
      copy(1);
    }
  }
  return out.join('');
}

function lengthOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? 0;
}

/** A slash divides after a value and starts a regular expression after anything else. */
function startsRegExp(out: readonly string[]): boolean {
  const before = out.slice(-80).join('').trimEnd();
  return before === '' || /[=(,:;!&|?{}[+\-*%<>~^]$|\b(?:return|typeof|case|in|of|do|else)$/.test(before);
}
