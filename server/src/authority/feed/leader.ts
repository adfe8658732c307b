/**
 * Leader: of all processes that share the books, the one that does what one alone should do.
 *
 * It is whoever holds a lock of a Postgres session. One session is one term: it begins with the lock, and when the
 * connection ends, the lock goes to the next and this term is over for good. There is no moment at which two write:
 *
 * - What a leader writes goes through the very session that holds the lock. One that lost it writes nothing.
 * - A leader without an answer for `SURE_MS` gives up by itself. Only after `SILENT_MS`, which is longer, does the
 *   server end a session of which it hears nothing: of a process that froze, or behind a line that swallows all.
 * - A process whose duties are slow to stop does not lead again before they have.
 */
import type { Log } from '@tallystick/store-agent';
import type { Query, Session } from './session.ts';

/** How soon another takes over, once the lock is free. */
const TRY_EVERY_MS = 500;
const PROBE_EVERY_MS = 1_000;
/** Counted from when the server was asked what it answered last; far longer than a busy machine stands still. */
const SURE_MS = 10_000;
/** By the server's clock, from its last answer: later than the leader's own. */
export const SILENT_MS = SURE_MS + 5_000;

const NO_MORE = new Error('This process does not lead the feed any more.');

/** While somebody leads. */
export interface Term {
  /** Written by the one leader, or not at all. @throws Error where the lock is not held any more */
  query(query: Query): Promise<unknown>;
  /** False where somebody else may lead by now, also to who was frozen meanwhile: ask before what cannot be undone. */
  readonly isSure: boolean;
}

/** Something that runs while this process leads. */
export interface Duty {
  start(term: Term): void;
  /** Ends what has effects outside at once; resolves when all of it has ended. */
  stop(): Promise<void>;
}

export interface LeaderPorts {
  /** A new session. @throws where none can be had now */
  connect(): Promise<Session>;
  readonly log: Log;
  nowMs(): number;
}

export class Leader {
  readonly #ports: LeaderPorts;
  readonly #duties: readonly Duty[];
  #running: Promise<void> | undefined;
  #isEnded = false;
  #leads = false;
  #wake = () => {};

  constructor(ports: LeaderPorts, duties: readonly Duty[]) {
    this.#ports = ports;
    this.#duties = duties;
  }

  get leads(): boolean {
    return this.#leads;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#isEnded = true;
    this.#wake();
    await this.#running;
  }

  /** One session after another, never two. */
  async #run(): Promise<void> {
    while (!this.#isEnded) {
      try {
        await this.#serve(await this.#ports.connect());
      } catch (error) {
        this.#ports.log.warn({ err: error }, 'leading the feed is not possible now');
      }
      await this.#pause(TRY_EVERY_MS);
    }
  }

  async #serve(session: Session): Promise<void> {
    try {
      const held = new HeldTerm(
        session,
        () => this.#ports.nowMs(),
        () => this.#wake(),
      );
      while (!this.#isEnded && !(await held.answered(session.takeLock()))) await this.#pause(TRY_EVERY_MS);
      if (!this.#isEnded) await this.#lead(held, session);
    } finally {
      await session.end();
    }
  }

  /** Until the session is lost, does not answer, or this process ends. */
  async #lead(held: HeldTerm, session: Session): Promise<void> {
    this.#leads = true;
    this.#ports.log.info('this process leads the feed');
    for (const duty of this.#duties) duty.start(held);
    try {
      while (!this.#isEnded) {
        await this.#pause(PROBE_EVERY_MS);
        if (!this.#isEnded) await held.answered(session.query({ text: 'select 1' }));
      }
    } finally {
      this.#leads = false;
      // Whoever ends in peace writes down how far it came.
      if (!this.#isEnded) held.end(NO_MORE);
      this.#ports.log.info('this process leads the feed no more');
      await Promise.all(this.#duties.map((duty) => duty.stop()));
      held.end(NO_MORE);
    }
  }

  #pause(ms: number): Promise<void> {
    if (this.#isEnded) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

class HeldTerm implements Term {
  readonly #session: Session;
  readonly #nowMs: () => number;
  #sureUntilMs: number;
  #because: Error | undefined;
  #fail = (_because: Error): void => {};

  constructor(session: Session, nowMs: () => number, onLost: () => void) {
    this.#session = session;
    this.#nowMs = nowMs;
    this.#sureUntilMs = nowMs() + SURE_MS;
    session.onLost((because) => {
      this.end(because);
      onLost();
    });
  }

  get isSure(): boolean {
    return this.#because === undefined && this.#nowMs() < this.#sureUntilMs;
  }

  async query(query: Query): Promise<unknown> {
    if (this.#because !== undefined) throw this.#because;
    return this.#session.query(query);
  }

  end(because: Error): void {
    this.#because ??= because;
    this.#fail(because);
  }

  /** @throws Error where the session was lost, or gave no answer while one could be sure of it */
  async answered<T>(asked: Promise<T>): Promise<T> {
    const askedMs = this.#nowMs();
    let timer: NodeJS.Timeout | undefined;
    try {
      const answer = await new Promise<T>((resolve, reject) => {
        this.#fail = reject;
        const silent = new Error(`The books gave no answer for ${SURE_MS / 1_000} s.`);
        timer = setTimeout(() => reject(silent), Math.max(0, this.#sureUntilMs - askedMs));
        if (this.#because !== undefined) reject(this.#because);
        asked.then(resolve, reject);
      });
      this.#sureUntilMs = askedMs + SURE_MS;
      return answer;
    } finally {
      clearTimeout(timer);
      this.#fail = () => {};
    }
  }
}
