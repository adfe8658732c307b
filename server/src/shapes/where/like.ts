/** LIKE, matched in at most length × length steps: a regular expression could be made to take for ever. */

/** A backslash makes the character behind it mean itself; there must be one. */
export function endsWithEscape(pattern: string): boolean {
  let count = 0;
  while (pattern[pattern.length - 1 - count] === '\\') count += 1;
  return (count & 1) === 1;
}

type Step = 'any' | 'one' | string;

/** @param ignoresCase of the letters A to Z, as Postgres does it in the collation "C" */
export function liker(pattern: string, ignoresCase: boolean): (text: string) => boolean {
  const steps: Step[] = [];
  const characters = Array.from(folded(pattern, ignoresCase));
  for (let i = 0; i < characters.length; i += 1) {
    const character = characters[i] as string;
    if (character === '%') {
      if (steps.at(-1) !== 'any') steps.push('any');
    } else if (character === '_') steps.push('one');
    else if (character === '\\') {
      i += 1;
      steps.push(`=${characters[i] ?? ''}`);
    } else steps.push(`=${character}`);
  }
  return (text) => matches(steps, Array.from(folded(text, ignoresCase)));
}

function folded(text: string, ignoresCase: boolean): string {
  return ignoresCase ? text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text;
}

/** Only the last `%` is ever tried again: what those before it took is enough. */
function matches(steps: readonly Step[], characters: readonly string[]): boolean {
  let at = 0;
  let step = 0;
  let lastAny = -1;
  let lastAt = 0;
  while (at < characters.length) {
    const wanted = steps[step];
    if (wanted === 'any') {
      lastAny = step;
      lastAt = at;
      step += 1;
    } else if (wanted === 'one' || wanted === `=${characters[at]}`) {
      at += 1;
      step += 1;
    } else if (lastAny >= 0) {
      lastAt += 1;
      at = lastAt;
      step = lastAny + 1;
    } else return false;
  }
  while (steps[step] === 'any') step += 1;
  return step === steps.length;
}
