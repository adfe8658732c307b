/**
 * Deciding: the core once more, with the calls of the recorded one and the books as its journal.
 *
 * What a turn will ask is fetched before it, as the engine of the authority does; whatever the core
 * asked the simulated journal must be answered the same. Then it must decide the same, byte for byte.
 */
import {
  type Now,
  Replica,
  type ReplicaId,
  type ReplicaSettings,
  type Stored,
  Stream,
  type Tools,
  type Writes,
} from '@tallystick/crdt';
import type { Input } from '@tallystick/crdt/host';
import {
  beginAnew,
  NotPrefetched,
  type PgJournal,
  type PutBack,
  pgTurnJournal,
} from '@tallystick/server/test-kit';
import { answerOf, questionsOf } from './ask-books.ts';
import { Disagreement } from './counts.ts';
import type { Asked, Call, CallName, Happened, Restart } from './history.ts';
import { plain, textOfBytes } from './texts.ts';

const QUIET = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export class Deciding {
  /** Questions that were asked, and of those the ones that nobody had foreseen. */
  answers = 0;
  unforeseen = 0;
  readonly #settings: ReplicaSettings;
  readonly #tools: Tools;
  #journal: PgJournal | undefined;
  #replica: Replica | undefined;
  #decided: Writes | undefined;
  #isPrepared = false;
  #putBack: PutBack | undefined;

  constructor(
    settings: ReplicaSettings,
    directory: Tools['directory'],
    sha256: Tools['sha256'],
    nonces: readonly string[],
  ) {
    this.#settings = settings;
    const left = [...nonces];
    this.#tools = { directory, sha256, nonce: () => left.shift() ?? '' };
  }

  /** A process begins: the core goes by the order in which it is given streams and rows, which no table keeps. */
  restart(journal: PgJournal, stored: Stored, { order }: Restart): void {
    const streams = new Map([...stored.streams].map((stream) => [stream.writer, stream]));
    const holds = new Map(stored.holds);
    const ordered: Stored = {
      ...stored,
      streams: order.streams.map(({ writer, pools }) => {
        const from = streams.get(writer) as Stream;
        const stream = new Stream(writer, from.head);
        for (const pool of pools) stream.load(pool, { ...from.row(pool) });
        return stream;
      }),
      holds: [...holds].sort(([a], [b]) => order.holds.indexOf(a) - order.holds.indexOf(b)),
    };
    this.#journal = journal;
    this.#replica = new Replica(this.#settings, ordered, journal.view, this.#tools);
    this.#decided = undefined;
    this.#isPrepared = false;
  }

  /** What is in memory of the books that were opened last. */
  get ledger(): Replica['ledger'] {
    if (this.#replica === undefined) throw new Error('No process has begun.');
    return this.#replica.ledger;
  }

  /** The process that has begun found this out of its books before it did anything. */
  foundPutBack(putBack: PutBack | undefined): void {
    this.#putBack = putBack;
  }

  /** Before the first call of a turn: fetches what the calls will ask, and compares with what was asked and answered. */
  async prepare(happened: readonly Happened[], at: number): Promise<void> {
    const journal = this.#journal;
    const replica = this.#replica;
    if (this.#isPrepared || journal === undefined || replica === undefined) return;
    this.#isPrepared = true;
    const { inputs, asked } = turnFrom(happened, at);
    await pgTurnJournal(journal, QUIET).prepare?.(inputs, replica);
    const unforeseen = asked.filter(({ question }) => !isThere(() => answerOf(journal, question)));
    await journal.prefetch(questionsOf(unforeseen.map(({ question }) => question)));
    this.answers += asked.length;
    this.unforeseen += unforeseen.length;
    for (const { question, answer } of asked) {
      const found = answerOf(journal, question);
      if (found !== answer)
        throw new Disagreement(`asked for ${plain(question)}\n  simulator ${answer}\n  Postgres  ${found}`);
    }
  }

  call({ name, args }: Call): void {
    const replica = this.#replica;
    if (replica === undefined) throw new Error(`${name} before a start`);
    if (name === 'keep' && this.#decided !== undefined)
      throw new Disagreement(`over the books a turn is written where the simulator wrote none`);
    // The disk broke under a commit, which it may hold or not: memory is needed until that is known, and read anew then.
    if (name === 'putBack' && this.#decided !== undefined) return;
    const result = this.#play(replica, name, args);
    if (name === 'endTurn') this.#decided = result as Writes | undefined;
    if (name !== 'keep' && name !== 'putBack') return;
    this.#decided = undefined;
    this.#isPrepared = false;
  }

  #play(replica: Replica, name: CallName, args: readonly unknown[]): unknown {
    if (name === 'registryChanged') return replica.moving.registryChanged();
    if (name === 'becomeNewWriter') {
      if (this.#putBack === undefined) throw new Error('A life ended, and nobody found the books put back.');
      return beginAnew(replica, this.#putBack, args[1] as Now);
    }
    return (replica[name] as (...args: unknown[]) => unknown).apply(replica, [...args]);
  }

  /** The turn that was decided here, which must be the recorded one. */
  take(recorded: Writes): Writes {
    const decided = this.#decided;
    this.#decided = undefined;
    const [expected, found] = [recorded, decided].map((writes) => (writes ? linesOf(writes) : ['nothing']));
    const at = expected?.findIndex((line, i) => line !== found?.[i]) ?? -1;
    if (decided !== undefined && at === -1 && expected?.length === found?.length) return decided;
    throw new Disagreement(
      `a turn was decided otherwise\n  simulator ${expected?.[at]}\n  Postgres  ${found?.[at]}`,
    );
  }
}

/** What is put into one turn, and what it asks: from here to where it is kept or put back. */
function turnFrom(happened: readonly Happened[], from: number): { inputs: Input[]; asked: Asked[] } {
  const inputs: Input[] = [];
  const asked: Asked[] = [];
  for (let at = from; at < happened.length; at += 1) {
    const each = happened[at] as Happened;
    if (each.kind === 'restart') break;
    if (each.kind === 'asked') asked.push(each);
    if (each.kind !== 'call') continue;
    if (each.name === 'keep' || each.name === 'putBack') break;
    const [first, second] = each.args as [never, never];
    if (each.name === 'execute') inputs.push({ kind: 'command', ticket: first, command: second });
    if (each.name === 'frame') inputs.push({ kind: 'frame', from: first as ReplicaId, frame: second });
  }
  return { inputs, asked };
}

function isThere(answer: () => string): boolean {
  try {
    answer();
    return true;
  } catch (error) {
    if (error instanceof NotPrefetched) return false;
    throw error;
  }
}

function linesOf(writes: Writes): string[] {
  const { position, self, awaitsFormerLives, runs, rows, streams, documents, progress, holds, quarantined } =
    writes;
  return [
    plain({ position, self, awaitsFormerLives }),
    ...runs.flatMap(({ entries }) =>
      entries.map(({ entry, bytes }) => `${plain(entry)} ${textOfBytes(bytes)}`),
    ),
    ...rows.map(({ stream, pool, row }) => plain({ writer: stream.writer, pool, row })),
    ...streams.map(({ writer, head, digest }) => plain({ writer, head, digest })),
    ...[...documents, ...progress, ...holds].map(plain),
    ...quarantined.map(({ bytes, reason }) => plain({ bytes, reason })),
  ];
}
