/**
 * By need: of more streams than one frame may name, which come first.
 *
 * Whoever is not named in a hello is told anew what it said, and who is not named in a welcome is sent anew (L1): both
 * are compared as they come, and cost what they are long. So who lives comes before who was shut out, and of those who
 * said much before who said little.
 */
import type { WriterId } from '../ids.ts';
import { HEADS_MAX } from '../wire/frames.ts';
import type { Stream } from './stream.ts';

/** In the order in which they were heard of, as long as all can be named. @param first comes before all others then */
export function byNeed(streams: ReadonlyMap<WriterId, Stream>, first: WriterId): Iterable<Stream> {
  if (streams.size <= HEADS_MAX) return streams.values();
  const rank = ({ writer, head }: Stream) => {
    if (writer === first) return 0;
    return head.fence === null ? 1 : 2;
  };
  return [...streams.values()].sort((a, b) => rank(a) - rank(b) || b.head.seq - a.head.seq);
}
