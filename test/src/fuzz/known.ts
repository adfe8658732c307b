/**
 * Known: findings that were reported and are not mended yet, each with its reason.
 *
 * A finding that stands here is counted and printed, and fails no test. Whoever mends
 * one takes its line out, and from then on it may never come back.
 */
interface Known {
  readonly door: string;
  readonly what: RegExp;
  readonly why: string;
}

const KNOWN: readonly Known[] = [
  {
    door: 'commands',
    what: /: accepted, and its (stream is refused for ever|journal says something else)$/,
    why: '`execute` checks no id, no length of a text and no number but quantities',
  },
  {
    door: 'link',
    what: /^rights from nothing: /,
    why: 'a took, a cancellation and a reclaim that the parent cannot check are believed (L7, T6)',
  },
  {
    door: 'link',
    what: /^the honest sibling cannot sell$/,
    why: 'F5 covers whatever a fenced writer claims to have used or sent, from everybody, for ever',
  },
  {
    door: 'journal',
    what: /(verify finds nothing|the agent goes on), but (holds|documents|progress|position|head|self) differs$/,
    why: '`verify` and `load` compare rows and chains, and nothing else that is stored beside them',
  },
  {
    door: 'journal',
    what: /Error: The journal has no name for writer number/,
    why: '`Names.writerOf` throws a plain Error where the file is damaged',
  },
  {
    door: 'journal',
    what: /SqliteError: (table \w+ has no column named|no such (table|column))/,
    why: 'SQLITE_ERROR of a damaged schema has no name in `asJournalError`',
  },
  {
    door: 'journal',
    what: /damaged: TypeError: .* \(store-agent\/src\/journal\/\w+\.ts\)$/,
    why: 'what a damaged page gives is taken for a blob, a number or a text without a look',
  },
];

/** Why this finding is not news; undefined where it is. */
export function isKnown(door: string, what: string): string | undefined {
  return KNOWN.find((known) => known.door === door && known.what.test(what))?.why;
}
