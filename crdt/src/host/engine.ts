/**
 * Engine: the loop around a replica. One turn of it is one commit (D4).
 *
 * Inputs wait in a queue; a turn runs all that are there, makes what they did
 * durable, and only then lets answers and frames out (D1). On SQLite a commit is one synchronous call, for which those
 * who shared the last one are waited for a moment; elsewhere inputs gather meanwhile. Frames that nobody waits for do too.
 */
import { type Answer, type Command, type Refusal, refuse } from '../replica/command.ts';
import type { Now } from '../replica/ledger.ts';
import { lookAhead } from '../replica/look-ahead.ts';
import type { Out, Peer } from '../replica/out.ts';
import { mayGather } from '../replica/patience.ts';
import type { Replica } from '../replica/replica.ts';
import type { Writes } from '../replica/writes.ts';
import type { StockFrame } from '../wire/frames.ts';
import { Callers } from './callers.ts';
import type { EngineEvents } from './engine-events.ts';
import { Gathering } from './gathering.ts';
import type { Machine } from './machine.ts';
import { applyInput, Behind, type Input, type TurnJournal, TurnRefused } from './turn-journal.ts';
import { TurnPace } from './turn-pace.ts';
import { callersOf, TurnQueue } from './turn-queue.ts';

/** A turn that loses this often in a row is not unlucky: something is wrong. */
const ATTEMPTS_MAX = 100;

/** Commands that may wait for their turn; one more is refused at once. */
const QUEUE_MAX = 50_000;

/** Less than this is prepared faster than it would have gathered. */
const AHEAD_BYTES_MIN = 64 * 1024;

export class Engine {
  readonly #machine: Machine;
  readonly #journal: TurnJournal;
  readonly #events: EngineEvents;
  readonly #callers = new Callers();
  #replica: Replica;
  readonly #queue = new TurnQueue();
  /** What the next turn will take in, being prepared while this one is committed. */
  #ahead: { readonly inputs: readonly Input[]; readonly ready: Promise<void> } | undefined;
  #isCommitting = false;
  #nextTicket = 1;
  readonly #gathering: Gathering;
  #isScheduled = false;
  #isTurning = false;
  #state: 'running' | 'failed' | 'stopped' = 'running';
  readonly #pace: TurnPace;
  #idle: (() => void)[] = [];
  /** Told when the open turn is durable; made anew by each attempt. */
  #onDurable: (() => void)[] = [];
  /** Who waits for a run, wherever that is by now: told where it never will be durable. */
  readonly #promised = new Set<(refusal: Refusal) => void>();
  #between: ((replica: Replica) => Promise<void>)[] = [];

  constructor(replica: Replica, journal: TurnJournal, events: EngineEvents, machine: Machine) {
    this.#machine = machine;
    this.#pace = new TurnPace(machine, replica.settings.link, () => this.#schedule());
    this.#gathering = new Gathering({
      nowMs: () => machine.now().monotonicMs,
      nextPass: (look) => machine.nextPass(look),
    });
    this.#replica = replica;
    this.#journal = journal;
    this.#events = events;
  }

  get replica(): Replica {
    return this.#replica;
  }

  get state(): 'running' | 'failed' | 'stopped' {
    return this.#state;
  }

  /** How long the loop stood still for the last commit; 0 where that was on its way over a network. */
  get commitMs(): number {
    return this.#gathering.tookMs;
  }

  now(): Now {
    return this.#machine.now();
  }

  /** Asks for a command; resolves once its answer is durable. Never rejects: a refusal is an answer. */
  submit(command: Command): Promise<Answer> {
    if (this.#state !== 'running') return Promise.resolve(this.#closed());
    if (this.#queue.length >= QUEUE_MAX)
      return Promise.resolve(refuse('overloaded', 'Too much is waiting already.'));
    return new Promise((resolve) => {
      const ticket = this.#nextTicket;
      this.#nextTicket += 1;
      this.#callers.add(ticket, resolve);
      this.#push({ kind: 'command', ticket, command });
    });
  }

  /**
   * Asks for several commands in one turn, as planned when it begins: nothing comes between, and one
   * commit makes them durable. None of them may wait. Never rejects: a turn that cannot be kept is a refusal.
   */
  async submitTogether(
    plan: (replica: Replica, now: Now) => readonly Command[] | Refusal,
  ): Promise<readonly Answer[] | Refusal> {
    const answers: Promise<Answer>[] = [];
    const kept = await this.#runKept((replica, now) => {
      const planned = plan(replica, now);
      if ('ok' in planned) return planned;
      for (const command of planned) {
        const ticket = this.#nextTicket;
        this.#nextTicket += 1;
        answers.push(new Promise((resolve) => this.#callers.add(ticket, resolve)));
        replica.execute(ticket, { ...command, waitMs: 0 }, now);
      }
      return undefined;
    });
    if (!kept.ok) return kept;
    return kept.value ?? Promise.all(answers);
  }

  frame(from: Peer, frame: StockFrame): void {
    // Frames are sent again by their senders: dropping one under overload loses nothing (L2).
    if (this.#state === 'running' && this.#queue.length < QUEUE_MAX)
      this.#push({ kind: 'frame', from, frame }, mayGather(this.#replica, frame));
  }

  /** Runs something inside the next turn, for links that open and close. */
  run(run: (replica: Replica, now: Now) => void): void {
    if (this.#state === 'running') this.#push({ kind: 'run', run });
  }

  /** Runs something inside the next turn; resolves with its result once that turn is durable (D1). */
  async runDurably<T>(run: (replica: Replica, now: Now) => T): Promise<T> {
    const kept = await this.#runKept(run);
    if (!kept.ok) throw new Error(kept.message);
    return kept.value;
  }

  #runKept<T>(run: (replica: Replica, now: Now) => T): Promise<{ ok: true; value: T } | Refusal> {
    if (this.#state !== 'running') return Promise.resolve(this.#closed());
    return new Promise((resolve) => {
      this.#promised.add(resolve);
      this.run((replica, now) => {
        const value = run(replica, now);
        this.#onDurable.push(() => {
          this.#promised.delete(resolve);
          resolve({ ok: true, value });
        });
      });
    });
  }

  /** Runs something between two turns, alone with the replica: no turn is open meanwhile. */
  idle(run: (replica: Replica) => Promise<void>): void {
    if (this.#state !== 'running') return;
    this.#between.push(run);
    this.#schedule();
  }

  #push(input: Input, mayGather = false): void {
    this.#queue.push(input);
    if (this.#isCommitting) this.#lookAhead();
    if (!mayGather || this.#queue.bytes >= AHEAD_BYTES_MIN) this.#pace.hurry();
    this.#scheduleWhenDue();
  }

  #take(): readonly Input[] {
    const inputs = this.#queue.take();
    // What one turn does not take in has gathered long enough.
    if (this.#queue.length > 0) this.#pace.hurry();
    return inputs;
  }

  #scheduleWhenDue(): void {
    if (this.#pace.isDue) this.#schedule();
    else if (!this.#isScheduled && !this.#isTurning) this.#pace.wakeWhenDue();
  }

  /** A drain's next frames are read while the database works on those before them. */
  #lookAhead(): void {
    const { prepareAhead } = this.#journal;
    if (prepareAhead === undefined || this.#ahead !== undefined) return;
    if (this.#queue.bytes < AHEAD_BYTES_MIN) return;
    const inputs = this.#take();
    this.#ahead = { inputs, ready: prepareAhead(inputs, this.#replica) };
    // Who waits for it hears of a failure; until then it is nobody's loss.
    this.#ahead.ready.catch(() => undefined);
  }

  /** What was prepared for a turn that came otherwise is asked anew. */
  #dropAhead(): void {
    if (this.#ahead !== undefined) this.#pace.hurry();
    this.#queue.giveBack(this.#ahead?.inputs ?? []);
    this.#ahead = undefined;
  }

  #schedule(): void {
    if (this.#isScheduled || this.#isTurning || this.#state !== 'running') return;
    this.#isScheduled = true;
    this.#gathering.whenGathered(
      () => this.#queue.callers,
      () => {
        this.#isScheduled = false;
        void this.#turn();
      },
    );
  }

  /** Never rejects: whatever goes wrong becomes the failed state. */
  async #turn(): Promise<void> {
    if (this.#isTurning || this.#state !== 'running') return;
    this.#isTurning = true;
    this.#pace.began();
    try {
      if (this.#between.length > 0) this.#dropAhead();
      for (const run of this.#between.splice(0)) await run(this.#replica);
      const out =
        this.#journal.prepare === undefined
          ? this.#attempt(this.#take())
          : this.#wholeOrInParts(await this.#prepared(this.#journal.prepare));
      this.#deliver(out instanceof Promise ? await out : out);
    } catch (error) {
      this.#fail(error);
    }
    this.#isTurning = false;
    if (this.#between.length > 0 || this.#ahead !== undefined) return this.#schedule();
    if (this.#state === 'running')
      this.#pace.wakeAt(this.#replica.wakeAtMs(this.now()) ?? Number.POSITIVE_INFINITY);
    if (this.#queue.length === 0) for (const done of this.#idle.splice(0)) done();
    else if (this.#idle.length > 0) this.#schedule();
    else this.#scheduleWhenDue();
  }

  #attempt(inputs: readonly Input[]): Out | Promise<Out> {
    const now = this.now();
    this.#onDurable = [];
    lookAhead(this.#replica.ledger, inputs);
    for (const input of inputs) applyInput(this.#replica, input, now);
    const writes = this.#replica.endTurn(now);
    if (writes === undefined) return this.#replica.keep(now);
    const committed = this.#gathering.commit(callersOf(inputs), () => this.#journal.commit(writes));
    if (committed === 'committed') return this.#kept(writes);
    this.#isCommitting = true;
    this.#lookAhead();
    const ended = committed.finally(() => {
      this.#isCommitting = false;
    });
    return ended.then((outcome) => {
      if (outcome === 'behind') throw new Behind();
      return this.#kept(writes);
    });
  }

  /** What a turn takes in, with the answers that it will ask for at hand. */
  async #prepared(prepare: NonNullable<TurnJournal['prepare']>): Promise<readonly Input[]> {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    const inputs = ahead?.inputs ?? this.#take();
    await (ahead?.ready ?? prepare(inputs, this.#replica));
    return inputs;
  }

  #kept(writes: Writes): Out {
    const out = this.#replica.keep(this.now());
    this.#events.turned?.(writes);
    return out;
  }

  /** One input that the journal refuses ends nobody else's turn. */
  #wholeOrInParts(inputs: readonly Input[]): Promise<Out> {
    const ports = {
      replica: this.#replica,
      journal: this.#journal,
      events: this.#events,
      callers: this.#callers,
      attempts: (part: readonly Input[]) => this.#attempts(part),
      deliver: (out: Out) => this.#deliver(out),
    };
    return this.#journal.wholeOrInParts?.(inputs, ports) ?? this.#attempts(inputs);
  }

  /** Over a network a turn may have to be decided more than once before it is committed once. */
  async #attempts(inputs: readonly Input[]): Promise<Out> {
    for (let lost = 0; ; ) {
      try {
        return await this.#attempt(inputs);
      } catch (error) {
        this.#replica.putBack();
        this.#dropAhead();
        const outcome = await this.#journal.retry?.(error, inputs, this.#replica);
        if (outcome === 'current') lost += 1;
        else if (outcome !== 'learnt') throw outcome === 'refused' ? new TurnRefused(error) : error;
        if (lost >= ATTEMPTS_MAX) throw error;
      }
    }
  }

  #deliver(out: Out): void {
    for (const { ticket, answer } of out.answers) this.#callers.tell(ticket, answer);
    for (const kept of this.#onDurable.splice(0)) kept();
    for (const { to, frame } of out.frames) this.#events.send(to, frame);
    for (const { peer, message } of out.hangUps) this.#events.hangUp(peer, message);
    if (out.newLife !== undefined) this.#events.newLife();
    this.#events.ended?.();
  }

  #closed(): Refusal {
    return this.#state === 'stopped'
      ? refuse('stopping', 'This replica is shutting down.')
      : refuse('read_only', 'The journal cannot be written. Nothing is sold until that is mended.');
  }

  /** D3: an I/O error on commit stops selling at once; whoever waits is told. */
  #fail(error: unknown): void {
    this.#state = 'failed';
    this.#pace.stop();
    this.#replica.putBack();
    this.#tellAll(this.#closed());
    for (const done of this.#idle.splice(0)) done();
    this.#queue.clear();
    this.#ahead = undefined;
    this.#events.failed(error);
  }

  #tellAll(refusal: Refusal): void {
    this.#callers.tellAll(refusal);
    for (const lost of this.#promised) lost(refusal);
    this.#promised.clear();
  }

  /** Goes on with a replica built anew from what is on disk (D3). */
  resume(replica: Replica): void {
    this.#replica = replica;
    this.#state = 'running';
    this.#pace.stop();
    this.#schedule();
  }

  /** Takes no more, finishes the turn under way, and tells whoever still waits. */
  async stop(): Promise<void> {
    if (this.#state === 'stopped') return;
    if (this.#state === 'running' && this.#queue.length > 0) this.#schedule();
    if (this.#state === 'running' && (this.#isTurning || this.#isScheduled))
      await new Promise<void>((resolve) => this.#idle.push(resolve));
    this.#state = 'stopped';
    this.#pace.stop();
    this.#tellAll(this.#closed());
  }
}
