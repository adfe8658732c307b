/** Sessions of people: what a cookie stands for, in this region's memory alone. A restart ends them all. */
import { createHash, randomBytes } from 'node:crypto';
import type { Problem } from '@tallystick/store-agent';
import type { Principal } from '../../access/principal.ts';

/** The oldest ends where there are more. */
const SESSIONS_MAX = 10_000;
/** What is open goes on for so long while the provider is asked. */
const ANSWER_MS = 60_000;

/** Somebody as the provider has confirmed them. */
export interface Person {
  /** As the provider calls them: opaque to us, and never written down. */
  readonly subject: string;
  readonly principal: Principal;
  /** With it the provider is asked again; undefined where it gave none. */
  readonly refreshToken: string | undefined;
}

interface Session {
  person: Person;
  readonly endsMs: number;
  idleMs: number;
  /** From then on the provider is asked whether all that is still so. */
  recheckMs: number;
  asking: Promise<Principal | Problem | undefined> | undefined;
}

export interface SessionTimes {
  readonly sessionMinutes: number;
  readonly idleMinutes: number;
  readonly recheckMinutes: number;
}

/** Asks the provider anew. @returns undefined where it does not confirm them any more. @throws Problem where it does not answer */
export type Recheck = (person: Person, refreshToken: string) => Promise<Person | undefined>;

export class PeopleSessions {
  readonly #times: SessionTimes;
  readonly #recheck: Recheck;
  readonly #nowMs: () => number;
  readonly #sessions = new Map<string, Session>();

  constructor(times: SessionTimes, recheck: Recheck, nowMs: () => number = Date.now) {
    this.#times = times;
    this.#recheck = recheck;
    this.#nowMs = nowMs;
  }

  /** @returns what the cookie says; only a hash of it is kept */
  begin(person: Person): string {
    const token = randomBytes(32).toString('base64url');
    if (this.#sessions.size >= SESSIONS_MAX)
      this.#sessions.delete(this.#sessions.keys().next().value as string);
    const { sessionMinutes, idleMinutes, recheckMinutes } = this.#times;
    const nowMs = this.#nowMs();
    this.#sessions.set(digest(token), {
      person,
      endsMs: nowMs + sessionMinutes * 60_000,
      idleMs: nowMs + idleMinutes * 60_000,
      recheckMs: nowMs + recheckMinutes * 60_000,
      asking: undefined,
    });
    return token;
  }

  /** Of one that is used now. At once, but now and then: a Problem where the provider would have to be asked and does not answer. */
  find(token: string): Principal | undefined | Promise<Principal | Problem | undefined> {
    const session = this.#open(token);
    if (session === undefined) return undefined;
    const nowMs = this.#nowMs();
    session.idleMs = nowMs + this.#times.idleMinutes * 60_000;
    return nowMs < session.recheckMs ? session.person.principal : this.#confirmed(token, session);
  }

  /** Whose it is, if it has not ended: no use of it. The provider is asked meanwhile, and has a minute to answer. */
  look(token: string): Principal | undefined {
    const session = this.#open(token);
    if (session === undefined) return undefined;
    const lateMs = this.#nowMs() - session.recheckMs;
    if (lateMs >= 0) void this.#confirmed(token, session);
    return lateMs < ANSWER_MS ? session.person.principal : undefined;
  }

  #open(token: string): Session | undefined {
    const session = this.#sessions.get(digest(token));
    if (session === undefined) return undefined;
    const nowMs = this.#nowMs();
    const isOver = nowMs >= session.endsMs || nowMs >= session.idleMs;
    if (!isOver && (nowMs < session.recheckMs || session.person.refreshToken !== undefined)) return session;
    this.end(token);
    return undefined;
  }

  /** All that come meanwhile wait for the same answer. Never rejects. */
  #confirmed(token: string, session: Session): Promise<Principal | Problem | undefined> {
    session.asking ??= this.#ask(token, session, session.person.refreshToken as string).finally(() => {
      session.asking = undefined;
    });
    return session.asking;
  }

  async #ask(
    token: string,
    session: Session,
    refreshToken: string,
  ): Promise<Principal | Problem | undefined> {
    try {
      const person = await this.#recheck(session.person, refreshToken);
      if (person === undefined) {
        this.end(token);
        return undefined;
      }
      session.person = person;
      session.recheckMs = this.#nowMs() + this.#times.recheckMinutes * 60_000;
      return person.principal;
    } catch (error) {
      // Nobody is let in on an old word; once the provider answers, the session goes on.
      return error as Problem;
    }
  }

  end(token: string): void {
    this.#sessions.delete(digest(token));
  }
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}
