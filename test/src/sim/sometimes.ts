/**
 * Sometimes: what has to happen now and then. A run of many seeds that never saw one of
 * these proves nothing about it, and fails.
 */

/**
 * The names are those that the simulator gives to `trace.saw`. What is `often` is asked
 * even of the few and short seeds of the tests; what is `rare` only of a run of many.
 */
export const SOMETIMES: Readonly<Record<string, 'often' | 'rare'>> = {
  'short while the parent had stock': 'often',
  'grant lost on its way': 'often',
  'debt repaid': 'often',
  'cursor gap': 'often',
  'recall served': 'often',
  'grant crossing a recall': 'rare',
  'expiry crossing a confirm': 'rare',
  'waiting command served': 'often',
  expiry: 'often',
  theft: 'often',
  'un-fsynced turn lost': 'often',
  'a restored replica went on as a new writer': 'often',
  'both clones wrote': 'often',
  'both clones sold the same units': 'rare',
  'what clones oversold was covered': 'rare',
  'one thing done by both clones': 'rare',
  'a child went over to the clone of its parent': 'rare',
  'both clones sent to one neighbour': 'rare',
  'both clones given another parent': 'rare',
  'a child of clones given away': 'rare',
  'another branch told from a lower entry': 'rare',
  'one order at two doors': 'often',
  'one order cancelled at two doors': 'rare',
  'one of two doors restored': 'rare',
  'order marked twice': 'often',
  'mark by a stranger refused': 'often',
  'mark of a cancelled order refused': 'often',
  'one order marked at two doors': 'rare',
  'order of a former life cancelled': 'rare',
  'order of a former life cancelled, as its client had before': 'rare',
  'rights of a lost life reclaimed': 'rare',
  'late claim covered': 'rare',
  'moved with a grant in flight': 'rare',
  'moved with a surrender in flight': 'rare',
  'a grant in flight reached a machine that had moved': 'rare',
  'a surrender in flight reached the old parent from above': 'rare',
  'a shop that could not write went on': 'often',
  'a session refused for its version': 'often',
  'sold on while refused a session': 'rare',
  'sold after a count was taken': 'often',
  'an image from before the current life': 'rare',
  'the parent knew the past': 'often',
  'a life put back that nobody knew more of': 'rare',
  'authority put back, a child ahead found': 'rare',
  'granted again after all children answered': 'rare',
};

/** With fewer seeds, or with shorter ones than usual, chance may miss what is rare. */
const SEEDS_MIN = 200;

/** What a run of whole seeds should have seen and did not; nothing where it was too short to tell. */
export function neverSeen(
  seen: Readonly<Record<string, number>>,
  seeds: number,
  isLongEnough: boolean,
): readonly string[] {
  if (seeds < SEEDS_MIN || !isLongEnough) return [];
  return Object.keys(SOMETIMES).filter((name) => (seen[name] ?? 0) === 0);
}
