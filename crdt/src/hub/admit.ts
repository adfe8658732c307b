/** Admission: which life of a replica may begin a session, and which is turned away (F1, F2). */
import { incarnationOf, replicaOf, type WriterId } from '../ids.ts';
import type { Ledger } from '../replica/ledger.ts';
import type { Stream } from '../replica/stream.ts';
import type { Hello } from '../wire/frames.ts';
import type { Session } from './child.ts';
import type { Opened } from './hub-events.ts';

/** The lives of the same replica that nobody has shut out yet. */
export function livesBeside(ledger: Ledger, writer: WriterId): Stream[] {
  return ledger
    .livesOf(replicaOf(writer))
    .filter((life) => life.writer !== writer && life.head.fence === null);
}

export function refusal(
  others: readonly Stream[],
  session: Session | undefined,
  { writer, heads }: Hello,
): Extract<Opened, { ok: false }> | undefined {
  const replica = replicaOf(writer);
  for (const other of others) {
    if (incarnationOf(other.writer) >= incarnationOf(writer)) {
      const message = `${writer} is not the newest life of ${replica}: start it as a new writer`;
      return { ok: false, code: 'replica_fenced', message };
    }
    // Two machines with one identity would shut each other out for ever: the one that is here stays.
    if (session?.writer === other.writer && !heads.some((head) => head.writer === other.writer)) {
      const message =
        `Another machine is connected as ${replica}. Two machines must not share one identity: ` +
        'switch one of them off, or enrol it under a name of its own.';
      return { ok: false, code: 'identity_in_use', message };
    }
  }
  return undefined;
}
