/** One leader at a time, whatever becomes of its session and however slow its duties are. The clock is moved. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Duty, Leader, SILENT_MS, type Term } from './leader.ts';
import type { Query, Session } from './session.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const LOG = { warn: () => {}, info: () => {} } as never;

/** The books, as far as they hand out the lock: to one session, until that ends. */
class Books {
  holder: FakeSession | undefined;
  readonly sessions: FakeSession[] = [];
  isAway = false;

  connect = async (): Promise<Session> => {
    if (this.isAway) throw new Error('away');
    const session = new FakeSession(this);
    this.sessions.push(session);
    return session;
  };
}

class FakeSession implements Session {
  readonly #books: Books;
  #told: (because: Error) => void = () => {};
  isOpen = true;
  /** Nothing is answered, and nothing is said of it. */
  isSilent = false;
  readonly said: string[] = [];

  constructor(books: Books) {
    this.#books = books;
  }
  async query({ text }: Query): Promise<unknown> {
    if (this.isSilent) return new Promise(() => {});
    if (!this.isOpen) throw new Error('the connection is closed');
    this.said.push(text);
    return {};
  }
  async takeLock(): Promise<boolean> {
    await this.query({ text: 'lock' });
    this.#books.holder ??= this;
    return this.#books.holder === this;
  }
  onLost(told: (because: Error) => void): void {
    this.#told = told;
  }
  async end(): Promise<void> {
    this.free();
  }
  /** The server's side of the end: the lock is free. */
  free(): void {
    this.isOpen = false;
    if (this.#books.holder === this) this.#books.holder = undefined;
  }
  /** Ended by the server, or by the line, in a way that both hear of. */
  lose(): void {
    this.free();
    this.#told(new Error('terminated'));
  }
}

/** A duty that takes its time to end. */
class SlowDuty implements Duty {
  readonly terms: Term[] = [];
  running = 0;
  most = 0;
  stops = 0;
  finish = () => {};

  start(term: Term): void {
    this.terms.push(term);
    this.running += 1;
    this.most = Math.max(this.most, this.running);
  }
  async stop(): Promise<void> {
    this.stops += 1;
    await new Promise<void>((resolve) => (this.finish = resolve));
    this.running -= 1;
  }
}

function lead(books: Books) {
  const duty = new SlowDuty();
  const leader = new Leader({ connect: books.connect, log: LOG, nowMs: () => performance.now() }, [duty]);
  leader.start();
  return { leader, duty };
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('a leader', () => {
  test('whose session is lost stops at once, writes nothing more, and leads again only when its duties have ended', async () => {
    const books = new Books();
    const { leader, duty } = lead(books);
    await pass(0);
    expect(leader.leads).toBe(true);
    const [term] = duty.terms;
    await term?.query({ text: 'write' });
    const [first] = books.sessions;
    first?.lose();
    expect(term?.isSure).toBe(false);
    await pass(0);
    expect(duty.stops).toBe(1);
    await expect(term?.query({ text: 'write' })).rejects.toThrow('terminated');
    // However often the session's end is told, and however long its duties take.
    first?.lose();
    await pass(60_000);
    expect(leader.leads).toBe(false);
    expect([duty.terms.length, duty.stops, books.sessions.length]).toEqual([1, 1, 1]);
    duty.finish();
    await pass(1_000);
    expect(leader.leads).toBe(true);
    expect([duty.terms.length, duty.most]).toEqual([2, 1]);
    expect(first?.said.filter((text) => text === 'write')).toHaveLength(1);
    expect(duty.terms[1]?.isSure).toBe(true);
    await expect(term?.query({ text: 'write' })).rejects.toThrow();
  });

  test('is followed by another while its own duties still end, and comes behind that one', async () => {
    const books = new Books();
    const old = lead(books);
    await pass(0);
    const next = lead(books);
    await pass(10_000);
    expect([old.leader.leads, next.leader.leads]).toEqual([true, false]);
    books.sessions[0]?.lose();
    await pass(1_000);
    expect([old.leader.leads, next.leader.leads]).toEqual([false, true]);
    old.duty.finish();
    await pass(60_000);
    expect([old.leader.leads, next.leader.leads]).toEqual([false, true]);
  });

  test('that hears no answer gives up before the server would give its lock to another', async () => {
    const books = new Books();
    const { leader, duty } = lead(books);
    await pass(30_000);
    const [session] = books.sessions as [FakeSession];
    session.isSilent = true;
    await pass(SILENT_MS - 2_000);
    expect(duty.stops).toBe(1);
    expect(duty.terms[0]?.isSure).toBe(false);
    await expect(duty.terms[0]?.query({ text: 'write' })).rejects.toThrow('does not lead');
    duty.finish();
    await pass(1_000);
    expect(leader.leads).toBe(true);
    expect(books.sessions).toHaveLength(2);
  });

  test('that was frozen is not sure when it wakes, before it has asked anybody', async () => {
    const books = new Books();
    const { duty } = lead(books);
    await pass(0);
    expect(duty.terms[0]?.isSure).toBe(true);
    const woken = performance.now() + 60_000;
    vi.spyOn(performance, 'now').mockReturnValue(woken);
    expect(duty.terms[0]?.isSure).toBe(false);
    vi.restoreAllMocks();
  });

  test('that ends in peace lets its duties write before it lets go of the lock', async () => {
    const books = new Books();
    const { leader, duty } = lead(books);
    await pass(0);
    const stopped = leader.stop();
    await pass(0);
    await duty.terms[0]?.query({ text: 'last words' });
    expect(books.holder).toBe(books.sessions[0]);
    duty.finish();
    await stopped;
    expect(books.sessions[0]?.said.at(-1)).toBe('last words');
    expect(books.holder).toBeUndefined();
    await pass(60_000);
    expect(books.sessions).toHaveLength(1);
  });

  test('that cannot reach the books tries again, and ends when it is asked to', async () => {
    const books = new Books();
    books.isAway = true;
    const { leader } = lead(books);
    await pass(10_000);
    expect(leader.leads).toBe(false);
    books.isAway = false;
    await pass(1_000);
    expect(leader.leads).toBe(true);
  });
});
