/** One seed: the simulator runs it and its authority's history is played into a real Postgres. */
import type { ReplicaId } from '@tallystick/crdt';
import { openPool } from '@tallystick/server/test-kit';
import { Prng } from '../prng.ts';
import { runSeed } from '../run.ts';
import { growTree } from '../tree.ts';
import type { RootView } from './books-model.ts';
import { type Counts, Disagreement } from './counts.ts';
import { Player } from './play.ts';
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

export async function playSeed({ seed, acts, databaseUrl, planted }: PlayOptions): Promise<Played> {
  const books = new RecordingDisk();
  const { violation } = runSeed({ seed, acts, books });
  // One thing at a time: each further connection costs more than a turn.
  const pool = await openPool(databaseUrl, { connectionsMax: 1 });
  const player = new Player(pool, rootViewOf(seed), new Prng(seed, 'postgres'));
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

/** The tree of a seed as its root sees it. */
function rootViewOf(seed: number): RootView {
  const { places } = growTree(new Prng(seed, 'tree'));
  const parents = new Map(places.map(({ settings, parent }) => [settings.replica, parent]));
  const root = places.find(({ parent }) => parent === undefined)?.settings.replica as ReplicaId;
  return {
    root,
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
