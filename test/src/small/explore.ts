/**
 * Explore: every state that can be reached within the bounds, breadth first, each once,
 * until the frontier is empty. A violation comes with the shortest path to it.
 */
import { performance } from 'node:perf_hooks';
import { Violation } from '../sim/trace.ts';
import { beginning } from './beginning.ts';
import type { Bounds } from './bounds.ts';
import { Images } from './images.ts';
import { checkRest, isCalm } from './rest.ts';
import { checkState } from './sights.ts';
import { keyOf, type State } from './state.ts';
import { stepsOf } from './steps.ts';
import { collisionOdds, Visited } from './visited.ts';

export interface ExploreOptions {
  readonly bounds: Bounds;
  /** Count a state and its mirror image, the children exchanged, as one. */
  readonly isSymmetric?: boolean;
  /** Stop here, with what is left of the frontier. */
  readonly statesMax?: number;
  /** Check at every turn that a copy is what it was copied from, and that the turn left it alone. */
  readonly checksCopies?: boolean;
  /** Told now and then how far it came. */
  readonly onLevel?: (depth: number, states: number, frontier: number) => void;
}

export interface Explored {
  readonly bounds: Bounds;
  readonly states: number;
  /** Steps that were taken, those to states known already included. */
  readonly edges: number;
  readonly depth: number;
  /** States that were found and whose steps were not taken: 0 when all is explored. */
  readonly frontier: number;
  /** Calm states from which everything was brought to rest and compared. */
  readonly rests: number;
  /** States of which none is the mirror image of another; the same as `states` where mirror images count as one. */
  readonly orbits: number;
  readonly nodes: number;
  readonly turns: number;
  readonly collisionOdds: number;
  readonly seconds: number;
  readonly saw: Readonly<Record<string, number>>;
  readonly violation?: string;
  readonly path?: readonly string[];
}

/** The way to each state: the state before it, and the place of the step in that one's list. */
class Paths {
  readonly #before: number[] = [];
  readonly #step: number[] = [];

  add(before: number, step: number): number {
    this.#step.push(step);
    return this.#before.push(before) - 1;
  }

  to(state: number): number[] {
    const steps: number[] = [];
    for (let at = state; at > 0; at = this.#before[at] as number) steps.push(this.#step[at] as number);
    return steps.reverse();
  }
}

interface Found {
  readonly id: number;
  readonly state: State;
}

export function explore(options: ExploreOptions): Explored {
  const { bounds, isSymmetric = true, statesMax, onLevel } = options;
  const startedAtMs = performance.now();
  const images = new Images({
    countsCommits: bounds.restores > 0,
    checksCopies: options.checksCopies === true,
  });
  const visited = new Visited();
  const orbits = new Visited();
  const rested = new Visited();
  const paths = new Paths();
  const saw: Record<string, number> = {};
  let edges = 0;
  let depth = 0;
  let rests = 0;
  const first = beginning(images);
  let frontier: Found[] = [{ id: paths.add(0, 0), state: first }];
  const add = (state: State): boolean => {
    if (!visited.add(...keyOf(state, isSymmetric))) return false;
    if (!isSymmetric) orbits.add(...keyOf(state, true));
    return true;
  };
  add(first);

  let left = 0;
  const report = (open: number, failure?: { violation: string; path: readonly string[] }): Explored => ({
    bounds,
    states: visited.size,
    edges,
    depth,
    frontier: open,
    rests,
    orbits: isSymmetric ? visited.size : orbits.size,
    nodes: images.counts.nodes,
    turns: images.counts.turns,
    collisionOdds: collisionOdds(visited.size),
    seconds: (performance.now() - startedAtMs) / 1_000,
    saw,
    ...failure,
  });
  const fail = (error: unknown, id: number, open: number, last?: string): Explored => {
    if (!(error instanceof Error)) throw error;
    const kind = error instanceof Violation ? error.message : `it stops: ${error.message}`;
    const path = replay(images, bounds, first, paths.to(id));
    return report(open, { violation: kind, path: last === undefined ? path : [...path, last] });
  };

  while (frontier.length > 0) {
    const next: Found[] = [];
    for (const [at, { id, state }] of frontier.entries()) {
      left = frontier.length - at - 1;
      try {
        checkState(state, bounds, saw);
        if (isCalm(images, state) && rested.add(...keyOf(withoutSpent(state, first), isSymmetric))) {
          rests += 1;
          checkRest(state);
        }
      } catch (error) {
        return fail(error, id, left + next.length);
      }
      const steps = stepsOf(images, bounds, state);
      for (const [place, step] of steps.entries()) {
        edges += 1;
        let after: State;
        try {
          after = step.run();
        } catch (error) {
          return fail(error, id, left + next.length, step.name());
        }
        if (add(after)) next.push({ id: paths.add(id, place), state: after });
      }
      if (statesMax !== undefined && visited.size >= statesMax) return report(left + next.length);
    }
    frontier = next;
    if (frontier.length > 0) depth += 1;
    onLevel?.(depth, visited.size, frontier.length);
  }
  return report(0);
}

/** Coming to rest does not depend on what was spent on the way. */
function withoutSpent(state: State, { spent }: State): State {
  return { ...state, spent };
}

function replay(images: Images, bounds: Bounds, first: State, places: readonly number[]): string[] {
  const names: string[] = [];
  let state = first;
  for (const place of places) {
    const step = stepsOf(images, bounds, state)[place];
    if (step === undefined) throw new Error('A path leads nowhere.');
    names.push(step.name());
    state = step.run();
  }
  return names;
}
