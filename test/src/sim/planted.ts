/**
 * Planted bugs: mistakes that somebody could make, as patches to the source, so that
 * the code that ships has no switch for them. The simulator must find every one.
 */
export interface PlantedBug {
  readonly name: string;
  /** From the root of the repository. */
  readonly file: string;
  /** Stands there exactly once; a patch that no longer fits is an error. */
  readonly find: string;
  readonly replace: string;
}

export const PLANTED: readonly PlantedBug[] = [
  {
    name: 'send before fsync',
    file: 'test/src/sim/node.ts',
    find: `      this.#ports.durable(this, this.disk.fsync());
      if (this.#isStruck('fsynced')) return;
      this.#later(prng.spanMs(0, 0.5), () => this.#letOut());
    });`,
    replace: `      this.#ports.durable(this, this.disk.fsync());
    });
    this.#letOut();`,
  },
  {
    name: 'a fork joined column by column',
    file: 'crdt/src/hub/take-in.ts',
    find: `    fork(context, stream, written);
    return undefined;`,
    // The columns of both branches add up in one row.
    replace: '',
  },
  {
    name: 'the same pool twice in one command checked once',
    file: 'crdt/src/tally/guards.ts',
    find: 'sums.set(pool, (sums.get(pool) ?? 0) + n)',
    replace: 'sums.set(pool, n)',
  },
  {
    name: 'cursor moved before rows',
    file: 'crdt/src/hub/hub.ts',
    find: 'session.cursorNext = Math.max(session.cursorNext, frame.to);',
    replace: 'session.cursor = session.cursorNext = Math.max(session.cursorNext, frame.to);',
  },
];
