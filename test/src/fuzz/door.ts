/**
 * Door: one place where bytes or words from outside come in, and what became of them.
 *
 *   const tally = new Tally();
 *   await door.run(seed, tally);     // one seed is one case, input for input
 *   tally.findings                   // what no input may ever do, each with its first seed
 *
 * A door never decides by time: it counts, compares, and looks at what is left behind.
 */
import { isKnown } from './known.ts';

export interface Finding {
  readonly what: string;
  readonly firstSeed: number;
  times: number;
  /** Why it is not news, where it is listed in `known.ts`. */
  readonly known: string | undefined;
}

export interface Door {
  readonly name: string;
  /** Cases that share something costly, as a running server, share the door. */
  run(seed: number, tally: Tally): void | Promise<void>;
  close?(): void | Promise<void>;
}

export class Tally {
  inputs = 0;
  refused = 0;
  accepted = 0;
  readonly #findings = new Map<string, Finding>();
  readonly #door: string;

  constructor(door: string) {
    this.#door = door;
  }

  refuse(): void {
    this.inputs += 1;
    this.refused += 1;
  }

  accept(): void {
    this.inputs += 1;
    this.accepted += 1;
  }

  find(seed: number, what: string): void {
    const known = this.#findings.get(what);
    if (known === undefined) {
      this.#findings.set(what, { what, firstSeed: seed, times: 1, known: isKnown(this.#door, what) });
    } else {
      known.times += 1;
    }
  }

  get findings(): readonly Finding[] {
    return [...this.#findings.values()];
  }

  /** What nobody has looked at yet. */
  get news(): readonly Finding[] {
    return this.findings.filter(({ known }) => known === undefined);
  }
}

/**
 * An error in one line, without the numbers that differ from seed to seed: its class, its
 * words, and the first place of ours that it came through.
 */
export function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return `threw ${String(error)}`;
  const message = error.message.replace(/\b[0-9a-f]{32,}\b/g, '…').replace(/-?\d+(\.\d+)?(e\+?\d+)?/g, 'N');
  const places = [...(error.stack ?? '').matchAll(/((?:crdt|store-agent)\/src\/[\w./-]+?\.ts)/g)];
  const where = places[0]?.[1];
  return `${error.name}: ${message.slice(0, 160)}${where === undefined ? '' : ` (${where})`}`;
}

/** Runs seeds from `start` on until `isOver` says so, or the seeds are used up. */
export async function runDoor(
  door: Door,
  start: number,
  isOver: (seedsRun: number) => boolean,
  beforeEach: (seed: number) => void = () => {},
): Promise<Tally> {
  const tally = new Tally(door.name);
  try {
    for (let run = 0; !isOver(run); run += 1) {
      const seed = start + run;
      beforeEach(seed);
      try {
        await door.run(seed, tally);
      } catch (error) {
        tally.find(seed, `the case itself failed: ${nameOf(error)}`);
      }
    }
  } finally {
    await door.close?.();
  }
  return tally;
}
