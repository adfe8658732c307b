/** Sessions of people: what a cookie stands for, in this region's memory alone. A restart ends them all. */
import { createHash, randomBytes } from 'node:crypto';
import type { Principal } from '../../access/principal.ts';

/** The oldest ends where there are more. */
const SESSIONS_MAX = 10_000;

interface Session {
  readonly principal: Principal;
  readonly endsMs: number;
  idleMs: number;
}

export interface SessionTimes {
  readonly sessionMinutes: number;
  readonly idleMinutes: number;
}

export class PeopleSessions {
  readonly #times: SessionTimes;
  readonly #sessions = new Map<string, Session>();

  constructor(times: SessionTimes) {
    this.#times = times;
  }

  /** @returns what the cookie says; only a hash of it is kept */
  begin(principal: Principal, nowMs: number): string {
    const token = randomBytes(32).toString('base64url');
    if (this.#sessions.size >= SESSIONS_MAX)
      this.#sessions.delete(this.#sessions.keys().next().value as string);
    const endsMs = nowMs + this.#times.sessionMinutes * 60_000;
    this.#sessions.set(digest(token), { principal, endsMs, idleMs: this.#idleFrom(nowMs) });
    return token;
  }

  /** Of one that is used now. */
  find(token: string, nowMs: number): Principal | undefined {
    const principal = this.look(token, nowMs);
    const session = this.#sessions.get(digest(token));
    if (session !== undefined) session.idleMs = this.#idleFrom(nowMs);
    return principal;
  }

  /** Whose it is, if it has not ended: no use of it. */
  look(token: string, nowMs: number): Principal | undefined {
    const session = this.#sessions.get(digest(token));
    if (session === undefined) return undefined;
    if (nowMs < session.endsMs && nowMs < session.idleMs) return session.principal;
    this.end(token);
    return undefined;
  }

  end(token: string): void {
    this.#sessions.delete(digest(token));
  }

  #idleFrom(nowMs: number): number {
    return nowMs + this.#times.idleMinutes * 60_000;
  }
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}
