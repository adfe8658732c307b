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
    door: 'link',
    what: /^a parent ends its own life on the bare word of a child$/,
    why: 'F1 believes a child that names a later seq of the parent, and asks for no proof of it',
  },
  {
    door: 'link',
    what: /^rights from nothing: /,
    why: 'a took, a cancellation and a reclaim that the parent cannot check are believed (L7, T6)',
  },
  {
    door: 'link',
    what: /^(a replica of ours writes a \w+ frame that none can read|the honest sibling was cut off)$/,
    why: 'T7: columns of a peer are summed past 2^53−1, and the sum is written into frames',
  },
  {
    door: 'link',
    what: /^the sale of the honest sibling never arrives$/,
    why: 'follows from the one above: its link is cut by every frame of levels',
  },
  {
    door: 'link',
    what: /^the honest sibling cannot sell$/,
    why: 'F5 covers whatever a fenced writer claims to have used or sent, from everybody, for ever',
  },
  {
    door: 'link',
    what: /MalformedBytes: number N is over N/,
    why: 'T7: as above, where the sum stands in an entry or in a row',
  },
];

/** Why this finding is not news; undefined where it is. */
export function isKnown(door: string, what: string): string | undefined {
  return KNOWN.find((known) => known.door === door && known.what.test(what))?.why;
}
