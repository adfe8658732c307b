/** What the core asks of its journal, as questions to the books and as the answers in their view. */
import type { PgJournal } from '@tallystick/server/test-kit';
import type { Question } from './history.ts';
import { textOfBytes, textOfProgress, textOfRef } from './texts.ts';

export function questionsOf(all: readonly Question[]): Parameters<PgJournal['prefetch']>[0] {
  return {
    documents: all.filter((question) => question.about === 'document'),
    entries: all
      .filter((question) => question.about === 'entry')
      .map(({ writer, seq }) => ({ writer, fromSeq: seq, toSeq: seq })),
    progress: all.filter((question) => question.about === 'progress').map(({ orderId }) => orderId),
    writers: all.filter((question) => question.about === 'writer'),
  };
}

/** @throws NotPrefetched */
export function answerOf({ view }: PgJournal, question: Question): string {
  switch (question.about) {
    case 'document':
      return textOfRef(view.findDocument(question.kind, question.id));
    case 'entry':
      return textOfBytes(view.hashAt(question.writer, question.seq));
    case 'progress':
      return textOfProgress(view.lineProgress(question.orderId, question.lineId));
    case 'writer': {
      // Slices follow one another until nothing comes any more.
      const parts: Uint8Array[] = [];
      for (let after = question.afterSeq; ; ) {
        const { bytes, to } = view.readWriter(question.writer, after, Number.POSITIVE_INFINITY);
        if (to === after) return textOfBytes(Buffer.concat(parts));
        parts.push(bytes);
        after = to;
      }
    }
    default:
      return question satisfies never;
  }
}
