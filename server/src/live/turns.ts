/**
 * Turns: how updates of carts become durable, and who is told then.
 *
 * What comes in during a pass of the loop is one turn: written in one commit, which does not wait for the disk.
 * The disk is flushed beside the loop, so that the updates of the next turn are checked meanwhile; all that was
 * written by then shares the next flush. Only when a flush has ended are its updates sent to anybody, the sender
 * included: a client that hears its own edit back knows that it is saved.
 *
 * A commit and its flush take as long for one update as for forty, and the flush a thread that must be woken. So where
 * turns are shared, the next flush begins no sooner than a pause after the last one; who edits alone waits for none.
 */
import type { Log } from '@tallystick/store-agent';
import type { CartFile, WholeCart } from './cart-file.ts';
import type { NewUpdate } from './cart-log.ts';
import { updateFrame } from './frames.ts';
import { type LiveCart, UPDATES_KEPT_MAX } from './live-cart.ts';

const TRY_AGAIN = 1013;
/**
 * Carts that one commit writes anew: all others wait for it, and carts that are edited alike come to it together. One
 * that has `KEPT_MOST` updates beside its state is not put off any more.
 */
const WHOLE_PER_TURN = 4;
const KEPT_MOST = 4 * UPDATES_KEPT_MAX;
/** From the beginning of a flush of several updates to that of the next: so many bring a region under load some twenty or more. */
const FLUSH_EVERY_MS = 2;

interface Turn {
  readonly updates: NewUpdate[];
  readonly carts: Set<LiveCart>;
  readonly frames: { readonly cart: LiveCart; readonly frame: Uint8Array }[];
  readonly after: { done(): void; failed(error: unknown): void }[];
}

export interface TurnsPorts {
  readonly file: CartFile;
  readonly log: Log;
  nowMs(): number;
  /** Carts that changed, now that it is durable. */
  saved(carts: ReadonlySet<LiveCart>): void;
}

export class Turns {
  readonly #ports: TurnsPorts;
  /** What came in and is not written yet. */
  #open: Turn | undefined;
  /** Written, and not known to be on disk, oldest first. */
  #written: Turn[] = [];
  #isFlushing = false;
  /** When the last flush began, and whether it was of several updates. */
  #flushedAtMs = 0;
  #isShared = false;

  constructor(ports: TurnsPorts) {
    this.#ports = ports;
  }

  /** An update that the document has taken in. */
  add(cart: LiveCart, update: Uint8Array): void {
    this.#open ??= this.#begin();
    const turn = this.#open;
    turn.updates.push({ nr: cart.nr, bytes: update });
    turn.frames.push({ cart, frame: updateFrame(update) });
    cart.kept(update);
    if (turn.carts.has(cart)) return;
    turn.carts.add(cart);
    cart.turns += 1;
  }

  /** Resolves when all that the document holds now is on disk. */
  durable(cart: LiveCart): Promise<void> {
    const turn = [...this.#written, ...(this.#open === undefined ? [] : [this.#open])].findLast(({ carts }) =>
      carts.has(cart),
    );
    if (turn === undefined) return Promise.resolve();
    return new Promise((done, failed) => turn.after.push({ done, failed }));
  }

  #begin(): Turn {
    // While the disk is flushed, whoever comes shares the next turn.
    if (!this.#isFlushing) this.#writeSoon();
    return { updates: [], carts: new Set<LiveCart>(), frames: [], after: [] };
  }

  /** At the end of this pass of the loop, or of the pause. */
  #writeSoon(): void {
    const waitMs = this.#pauseMs();
    if (waitMs >= 1) setTimeout(() => this.write(), waitMs);
    else setImmediate(() => this.write());
  }

  /** How long the disk is left alone yet. */
  #pauseMs(): number {
    return this.#isShared ? this.#flushedAtMs + FLUSH_EVERY_MS - performance.now() : 0;
  }

  /** Writes what came in, so that a document that is read anew has it; when it is durable, those who wait hear. */
  write(): void {
    const turn = this.#open;
    if (turn === undefined) return;
    this.#open = undefined;
    try {
      this.#commit(turn);
    } catch (error) {
      this.#failed([turn], error);
      return;
    }
    this.#written.push(turn);
    if (!this.#isFlushing) void this.#flush();
  }

  #commit(turn: Turn): void {
    const { file, nowMs } = this.#ports;
    const whole: WholeCart[] = [];
    const pressed: { nr: number; isPressed: boolean }[] = [];
    for (const cart of turn.carts) {
      const state = cart.whole(whole.length < WHOLE_PER_TURN ? UPDATES_KEPT_MAX : KEPT_MOST);
      if (state !== undefined) whole.push({ nr: cart.nr, state });
      const isPressed = cart.look();
      if (isPressed !== cart.isPressed) pressed.push({ nr: cart.nr, isPressed });
      cart.isPressed = isPressed;
    }
    file.commit({ updates: turn.updates, whole, pressed }, nowMs());
  }

  async #flush(): Promise<void> {
    this.#isFlushing = true;
    const count = this.#written.length;
    this.#flushedAtMs = performance.now();
    this.#isShared = this.#written.reduce((sum, { updates }) => sum + updates.length, 0) > 1;
    try {
      await this.#ports.file.flush();
    } catch (error) {
      this.#isFlushing = false;
      // What came in since builds on what may be lost.
      const turns = this.#open === undefined ? this.#written : [...this.#written, this.#open];
      [this.#written, this.#open] = [[], undefined];
      this.#failed(turns, error);
      return;
    }
    this.#isFlushing = false;
    const settled = this.#written.splice(0, count);
    // The disk is at work again while those who wait are told.
    if (this.#pauseMs() < 1) this.write();
    else if (this.#open !== undefined) this.#writeSoon();
    if (this.#written.length > 0 && !this.#isFlushing) void this.#flush();
    this.#settle(settled);
  }

  /** They are on disk. */
  #settle(turns: readonly Turn[]): void {
    for (const { carts } of turns) for (const cart of carts) cart.turns -= 1;
    for (const { frames } of turns)
      for (const { cart, frame } of frames) for (const listener of cart.listeners) listener.send(frame);
    for (const { carts, after } of turns) {
      for (const { done } of after) done();
      this.#ports.saved(carts);
    }
  }

  /** Nobody was told of any of it: the documents go back to what the disk has, and clients bring it again. */
  #failed(turns: readonly Turn[], error: unknown): void {
    this.#ports.log.error({ err: error }, 'carts could not be saved');
    const carts = new Set(turns.flatMap((turn) => [...turn.carts]));
    for (const turn of turns) for (const cart of turn.carts) cart.turns -= 1;
    for (const cart of carts) {
      cart.unload();
      for (const listener of [...cart.listeners]) listener.end(TRY_AGAIN, 'The cart could not be saved.');
    }
    for (const { after } of turns) for (const { failed } of after) failed(error);
  }

  /** All of it is on disk when this returns, or nobody is told. */
  close(): void {
    this.write();
    const turns = this.#written.splice(0);
    if (turns.length === 0) return;
    try {
      this.#ports.file.flushNow();
    } catch (error) {
      this.#failed(turns, error);
      return;
    }
    this.#settle(turns);
  }
}
