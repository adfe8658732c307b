/** One seed: the simulator runs it and its authority's history is played into a real Postgres. */
import { openPool } from '@tallystick/server/test-kit';
import { Prng } from '../prng.ts';
import { runSeed } from '../run.ts';
import { growTree, type Place, type Tree } from '../tree.ts';
import { type Counts, Disagreement, noCounts } from './counts.ts';
import type { BooksPool, FreshBooks } from './database.ts';
import { Player, type Root } from './play.ts';
import { Recording } from './recording.ts';

export interface PlayOptions {
  readonly seed: number;
  readonly acts: number;
  readonly freshBooks: FreshBooks;
  /** SQL that plants a mistake into each database before its first turn. */
  readonly planted?: string;
}

/** The database refuses the planted SQL itself: that finds nothing. */
class NotPlanted extends Error {}

export interface Played {
  readonly seed: number;
  readonly counts: Counts;
  /** Model or simulator and Postgres do not say the same. */
  readonly disagreement: string | undefined;
  /** The run itself broke a rule: what it did until then is played all the same. */
  readonly violation: string | undefined;
}

export async function playSeed({ seed, acts, freshBooks, planted }: PlayOptions): Promise<Played> {
  const tree = growTree(new Prng(seed, 'tree'));
  const recording = new Recording(tree.places.map(({ settings }) => settings.replica));
  const { violation } = runSeed({ seed, acts, books: recording.disk });
  const pools: BooksPool[] = [];
  const openBooks = async () => {
    // One thing at a time: each further connection costs more than a turn.
    const pool = await openPool(await freshBooks(), { connectionsMax: 1 });
    pools.push(pool);
    if (planted !== undefined)
      await pool.query(planted).catch((cause) => {
        throw new NotPlanted('The mistake cannot be planted: a later migration no longer fits.', { cause });
      });
    return pool;
  };
  let player: Player | undefined;
  let disagreement: string | undefined;
  try {
    player = await Player.open(openBooks, rootOf(tree), new Prng(seed, 'postgres'));
    // One last restart, which the simulator answers from its disk.
    if (violation === undefined) recording.disk.stored();
    await player.play(recording);
  } catch (error) {
    if (error instanceof NotPlanted) throw error;
    // Whatever the journal throws over an honest history is a disagreement too.
    disagreement = error instanceof Disagreement ? error.message : `threw ${String(error)}`;
  } finally {
    for (const pool of pools) if (!pool.ended) await pool.end();
  }
  return { seed, counts: player?.counts ?? noCounts(), disagreement, violation };
}

/** The root of the tree that a seed grows. */
function rootOf({ places, directory }: Tree): Root {
  const { settings } = places.find(({ parent }) => parent === undefined) as Place;
  return { settings, directory };
}
