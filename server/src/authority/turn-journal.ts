/** The engine's view of the books: fetch what a turn will ask, commit it, and catch up when another was faster. */
import { absorb, PARENT, type Replica, type WriterId } from '@tallystick/crdt';
import { Behind, type Input, type TurnJournal, wholeOrInParts } from '@tallystick/crdt/host';
import type { Log } from '@tallystick/store-agent';
import { BooksRefused, CommitUnknown, type PgJournal } from './journal.ts';
import { NotPrefetched } from './prefetched-view.ts';
import { joinQuestions, type Questions, questionsOfCommand, questionsOfFrame } from './questions.ts';

/** Entries read at once while catching up: a few frames' worth. */
const CATCH_UP_ENTRIES_MAX = 20_000;

/** While the database is away nothing can be decided; it is asked again this often. */
const AWAY_MS = 500;

export function pgTurnJournal(journal: PgJournal, log: Log): TurnJournal {
  const prepare = async (inputs: readonly Input[], replica: Replica) => {
    const questions = joinQuestions(inputs.map((input) => questionsOf(input, replica)));
    await patiently(log, () => journal.prefetch(questions));
  };
  return {
    prepare,
    prepareAhead: (inputs, replica) =>
      patiently(log, () =>
        journal.prefetchAhead(joinQuestions(inputs.map((input) => questionsOf(input, replica)))),
      ),
    commit: (writes) => journal.commit(writes),
    wholeOrInParts,
    async retry(error, inputs, replica) {
      if (error instanceof NotPrefetched) {
        // Right, and slow: each question that was not foreseen decides the whole turn once more.
        log.warn({ err: error }, 'a question to the books was not foreseen');
        await patiently(log, () => journal.prefetch(error.questions));
        return 'learnt';
      }
      if (error instanceof Behind || error instanceof CommitUnknown || isNotWritten(error)) {
        if (isNotWritten(error)) await new Promise((resolve) => setTimeout(resolve, AWAY_MS));
        await patiently(log, () => catchUp(journal, replica));
        await prepare(inputs, replica);
        return 'current';
      }
      return error instanceof BooksRefused && error.isForContent ? 'refused' : 'hopeless';
    },
  };
}

/** Catches up between turns, however long the books are away. */
export function catchUpPatiently(journal: PgJournal, replica: Replica, log: Log): Promise<void> {
  return patiently(log, () => catchUp(journal, replica));
}

/** Folds what others committed, so that memory says what the books say. The open turn must be empty. */
async function catchUp(journal: PgJournal, replica: Replica): Promise<void> {
  for (;;) {
    const caughtUp = await journal.readAfter(replica.ledger.durablePosition, CATCH_UP_ENTRIES_MAX);
    absorb(replica, caughtUp);
    if (caughtUp.isComplete) return;
  }
}

/** The books may restart under us: whoever waits goes on waiting, and nothing is answered meanwhile. */
async function patiently<T>(log: Log, attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isAway(error)) throw error;
      log.warn({ err: error }, 'the books cannot be reached; trying again');
      await new Promise((resolve) => setTimeout(resolve, AWAY_MS));
    }
  }
}

/** Connection refused, reset, or the server is starting or stopping. */
function isAway(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  if (code === undefined) return /connection|timeout|terminated/i.test(message ?? '');
  return /^(ECONN|ETIMEDOUT|EPIPE|EHOST|ENET|ENOTFOUND|EAI_AGAIN|08|53|57)/.test(code);
}

/** Postgres said no for a reason that passes: a deadlock, a full disk, too many connections, a time-out. */
function isNotWritten(error: unknown): boolean {
  return /^(40|53|55|57)/.test((error as { code?: string }).code ?? '');
}

function questionsOf(input: Input, replica: Replica): Questions {
  const headOf = (writer: WriterId) => replica.ledger.streams.get(writer)?.head.seq ?? 0;
  const isFenced = (writer: WriterId) => (replica.ledger.streams.get(writer)?.head.fence ?? null) !== null;
  switch (input.kind) {
    case 'command':
      return questionsOfCommand(input.command, headOf);
    case 'frame':
      return input.from === PARENT ? {} : questionsOfFrame(input.frame, headOf, isFenced);
    default:
      return {};
  }
}
