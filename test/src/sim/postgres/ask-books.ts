/** Asks the books what the core asked the simulated journal, and tells where they answer otherwise. */
import type { PgJournal } from '@tallystick/server/test-kit';
import type { Asked, Question } from './history.ts';
import { textOfBytes, textOfProgress, textOfRef } from './texts.ts';

/** @returns the first answer that differs, in words. */
export async function askBooks(journal: PgJournal, asked: readonly Asked[]): Promise<string | undefined> {
  const all = asked.map(({ question }) => question);
  journal.view.clear();
  await journal.prefetch({
    documents: all.filter((question) => question.about === 'document'),
    entries: all
      .filter((question) => question.about === 'entry')
      .map(({ writer, seq }) => ({ writer, fromSeq: seq, toSeq: seq })),
    progress: all.filter((question) => question.about === 'progress').map(({ orderId }) => orderId),
    writers: all.filter((question) => question.about === 'writer'),
  });
  for (const { question, answer } of asked) {
    const found = answerOf(journal, question);
    if (found !== answer)
      return `asked for ${JSON.stringify(question)}\n  simulator ${answer}\n  Postgres  ${found}`;
  }
  return undefined;
}

function answerOf({ view }: PgJournal, question: Question): string {
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
