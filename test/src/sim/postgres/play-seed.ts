/** One seed: the simulator runs it and its authority's history is played into a real Postgres. */
import { openPool } from '@tallystick/server/test-kit';
import type { Less } from '../less.ts';
import { Prng } from '../prng.ts';
import { runSeed } from '../run.ts';
import { growTree, type Place } from '../tree.ts';
import { type Counts, Disagreement } from './counts.ts';
import { Player, type Root } from './play.ts';
import { RecordingDisk } from './recording-disk.ts';

export interface PlayOptions {
  readonly seed: number;
  readonly acts: number;
  /** Migrated and empty. */
  readonly databaseUrl: string;
  /** SQL that plants a mistake into the database before the first turn. */
  readonly planted?: string;
}

export interface Played {
  readonly seed: number;
  readonly counts: Counts;
  readonly disagreement: string | undefined;
}

/** The model reads the way to a writer off the tree that the seed grows: there nobody moves. */
const STANDING: Less = { machines: [], faults: ['movesPerMinute'] };

export async function playSeed({ seed, acts, databaseUrl, planted }: PlayOptions): Promise<Played> {
  const books = new RecordingDisk();
  const { violation } = runSeed({ seed, acts, books, less: STANDING });
  // One thing at a time: each further connection costs more than a turn.
  const pool = await openPool(databaseUrl, { connectionsMax: 1 });
  const player = new Player(pool, rootOf(seed), new Prng(seed, 'postgres'));
  let disagreement = violation && `the run itself: ${violation}`;
  try {
    if (planted !== undefined) await pool.query(planted);
    // One last restart, which the simulator answers from its disk.
    books.stored();
    await player.play(books.history);
  } catch (error) {
    // Whatever the journal throws over an honest history is a disagreement too.
    disagreement ??= error instanceof Disagreement ? error.message : `threw ${String(error)}`;
  } finally {
    await pool.end();
  }
  return { seed, counts: player.counts, disagreement };
}

/** The root of the tree that a seed grows. */
function rootOf(seed: number): Root {
  const { places, directory } = growTree(new Prng(seed, 'tree'));
  const parents = new Map(places.map(({ settings, parent }) => [settings.replica, parent]));
  const { settings } = places.find(({ parent }) => parent === undefined) as Place;
  const root = settings.replica;
  return {
    root,
    settings,
    directory,
    viaOf(replica) {
      for (let at = replica; ; ) {
        const parent = parents.get(at);
        if (parent === undefined) return null;
        if (parent === root) return at;
        at = parent;
      }
    },
  };
}
