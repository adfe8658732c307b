/**
 * Shelves: the goods as they really stand there, and what customers were promised.
 *
 * Fed by the acts of the simulated world and by the answers it was given, never by
 * what the code under test says of itself. The one question it answers: was more
 * handed over or promised than was ever put on the shelf?
 */
import type { Answer, Command, Entry, PoolId } from '@tallystick/crdt';
import { Violation } from './trace.ts';

interface Shelf {
  /** Units that came: deliveries, and goods that customers brought back. */
  shelved: number;
  /** Units that stand there now. */
  standing: number;
  /** Units sold by answers that were given, without those that no right paid for. */
  soldByRight: number;
  /** Units of losses that were paid for by rights. */
  lostByRight: number;
  /** Units of debts that were paid by rights, as durable entries say. */
  repaid: number;
  /** Units that customers gave up again, by asking for it. */
  givenUp: number;
}

export class Shelves {
  readonly #shelves = new Map<PoolId, Shelf>();
  #promised = 0;

  #of(pool: PoolId): Shelf {
    let shelf = this.#shelves.get(pool);
    if (shelf === undefined) {
      shelf = { shelved: 0, standing: 0, soldByRight: 0, lostByRight: 0, repaid: 0, givenUp: 0 };
      this.#shelves.set(pool, shelf);
    }
    return shelf;
  }

  standing(pool: PoolId): number {
    return this.#of(pool).standing;
  }

  get unitsSold(): number {
    return this.#promised;
  }

  /** A lorry, or a customer who brings something back: the goods are there before the till knows it. */
  put(pool: PoolId, n: number): void {
    this.#of(pool).shelved += n;
    this.#of(pool).standing += n;
  }

  /** Somebody carries goods out of the door. */
  take(pool: PoolId, n: number): void {
    const shelf = this.#of(pool);
    if (shelf.standing < n) throw new Error(`The simulator itself took ${n} of ${shelf.standing} ${pool}.`);
    shelf.standing -= n;
  }

  /** They carry them back in again: the till said no. */
  putBack(pool: PoolId, n: number): void {
    this.#of(pool).standing += n;
  }

  /** A customer no longer wants what was promised; until the answer comes, both may be right. */
  giveUp(pool: PoolId, n: number): void {
    this.#of(pool).givenUp += n;
  }

  /** Goods beyond the books were found in a count: they stood there all along. */
  found(pool: PoolId, n: number): void {
    this.#of(pool).givenUp += n;
  }

  /**
   * An act may be gone with an image that was put back. Its goods are gone from the shelf all
   * the same, so that a count finds them missing, and pays for them, once more.
   */
  forgotten({ body }: Entry): void {
    if (body.type === 'sold' || body.type === 'confirmed') {
      for (const line of body.lines) if (line.departed) this.#of(line.pool).givenUp += line.quantityBase;
    } else if (body.type === 'lost' || body.type === 'counted') {
      for (const line of body.lines) this.#of(line.pool).givenUp += line.less;
    } else if (body.type === 'shipped') {
      for (const line of body.lines) this.#of(line.pool).givenUp += line.n;
    }
  }

  /** A life that nobody knew more of goes on from before this: the rights that it spent are spent again. */
  spentAgain({ body }: Entry): void {
    if (body.type === 'sold' || body.type === 'confirmed') {
      for (const line of body.lines)
        if (!line.departed) this.#of(line.pool).givenUp += line.quantityBase - line.owed;
    } else if (body.type === 'repaid') {
      for (const { pool, n } of body.lines) this.#of(pool).givenUp += n;
    } else if (body.type === 'counted') {
      for (const { pool, more } of body.lines) this.#of(pool).givenUp -= more;
    }
  }

  repaid(pool: PoolId, n: number): void {
    this.#of(pool).repaid += n;
    this.#check(pool);
  }

  /** What an answer promises somebody. Called once for each command, at its first good answer. */
  answered(command: Command, answer: Answer): void {
    if (!answer.ok) return;
    const { body } = answer.entry;
    switch (body.type) {
      case 'sold':
      case 'confirmed':
        for (const line of body.lines) {
          this.#of(line.pool).soldByRight += line.quantityBase - line.owed;
          this.#promised += line.quantityBase;
          this.#check(line.pool);
        }
        return;
      case 'counted':
        for (const line of body.lines) {
          this.#of(line.pool).lostByRight += line.less - line.owed;
          this.#check(line.pool);
        }
        return;
      case 'lost':
        for (const line of body.lines) {
          this.#of(line.pool).lostByRight += line.less - line.owed;
          this.#check(line.pool);
        }
        return;
      default:
        if (command.type === 'sell') throw new Violation('T8', `a sale was answered with ${body.type}`);
    }
  }

  #check(pool: PoolId): void {
    const { shelved, givenUp, soldByRight, lostByRight, repaid } = this.#of(pool);
    const spent = soldByRight + lostByRight + repaid;
    if (spent > shelved + givenUp) {
      throw new Violation(
        'oversell',
        `${pool}: ${soldByRight} promised, ${lostByRight} lost, ${repaid} repaid of ${shelved} shelved and ${givenUp} given up`,
      );
    }
  }
}
