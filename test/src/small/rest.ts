/**
 * Rest: from a calm state nothing more goes wrong, links are opened and time passes, until
 * nobody has anything left to say. Then everyone must agree, and no promise may be missing.
 */
import { PARENT } from '@tallystick/crdt';
import type { Frame } from '@tallystick/crdt/wire';
import { Violation } from '../sim/trace.ts';
import { factsOf } from './facts.ts';
import type { Images } from './images.ts';
import { checkAgreement, checkLaws, type Trio } from './laws.ts';
import { CHILDREN, type ChildIndex, childOf, NODES, type NodeIndex } from './names.ts';
import { dueInMs, type Input, type Node, turn } from './node.ts';
import type { State } from './state.ts';

/** Several times what the longest of them takes. */
const TURNS_MAX = 600;

/** Nothing is on its way, every link is open, and nobody has anything to do before time passes. */
export function isCalm(images: Images, { images: nodes, links, letters, atMs }: State): boolean {
  return (
    letters.length === 0 &&
    links.every((link) => link === 'open') &&
    nodes.every((image) => !images.isDue(image, atMs))
  );
}

interface Mail {
  readonly child: ChildIndex;
  readonly isUp: boolean;
  readonly frame: Frame;
}

class Healing {
  readonly #nodes: Node[];
  readonly #isOpen = [true, true];
  #mail: Mail[] = [];
  #atMs: number;

  constructor({ images, atMs }: State) {
    this.#nodes = images.map(({ node }) => node);
    this.#atMs = atMs;
  }

  get nodes(): readonly Node[] {
    return this.#nodes;
  }

  run(): void {
    for (let turns = 0; turns < TURNS_MAX; turns += 1) if (!this.#step()) return;
    throw new Violation('rest', `after ${TURNS_MAX} turns there is still something to say`);
  }

  #step(): boolean {
    const letter = this.#mail.shift();
    if (letter !== undefined) {
      const { child, isUp, frame } = letter;
      this.#turn(isUp ? 0 : child, { kind: 'hear', from: isUp ? child : 0, frame });
      return true;
    }
    for (const child of CHILDREN) {
      if (this.#isOpen[child - 1]) continue;
      this.#turn(0, { kind: 'notice', child });
      this.#isOpen[child - 1] = true;
      this.#turn(child, { kind: 'call' });
      return true;
    }
    let soonestMs = Number.POSITIVE_INFINITY;
    for (const node of this.#nodes) soonestMs = Math.min(soonestMs, dueInMs(node, this.#atMs) ?? soonestMs);
    if (soonestMs === Number.POSITIVE_INFINITY) return false;
    this.#atMs += Math.max(0, Math.ceil(soonestMs));
    for (const { index } of this.#nodes) {
      const dueMs = dueInMs(this.#nodes[index] as Node, this.#atMs);
      if (dueMs !== undefined && dueMs <= 0) this.#turn(index, { kind: 'wake' });
    }
    return true;
  }

  #turn(index: NodeIndex, input: Input): void {
    const turned = turn(this.#nodes[index] as Node, input, this.#atMs);
    this.#nodes[index] = turned.node;
    for (const { to, frame } of turned.frames) {
      const child = to === PARENT ? (index as ChildIndex) : childOf(to);
      if (this.#isOpen[child - 1]) this.#mail.push({ child, isUp: to === PARENT, frame });
    }
    for (const peer of turned.hangUps) {
      const child = (index === 0 ? peer : index) as ChildIndex;
      this.#isOpen[child - 1] = false;
      this.#mail = this.#mail.filter((letter) => letter.child !== child);
    }
  }
}

/** @throws Violation where it does not come to rest, or not to agreement. */
export function checkRest(state: State): void {
  const healing = new Healing(state);
  healing.run();
  const [hq, north, south] = healing.nodes.map(factsOf) as unknown as Trio['facts'];
  const wasRestored = healing.nodes.some(({ host }) => host.wasRestored);
  const trio: Trio = { facts: [hq, north, south], wasRestored };
  checkLaws(trio);
  const accepted = CHILDREN.map((child) => {
    const { host } = healing.nodes[child] as Node;
    const ids = [...host.handed.keys()];
    // What a restore took before anyone else had it, nobody can know.
    const known = trio.facts[child].orders;
    return { child, ids: host.wasRestored ? ids.filter((id) => known.has(id)) : ids };
  });
  checkAgreement(trio, accepted);
  for (const child of CHILDREN) {
    const self = trio.facts[child].self;
    const row = self === null ? undefined : hq.writers.get(self)?.row;
    if (row !== undefined && row.opened !== row.closed)
      throw new Violation('F9', `${NODES[child]} still holds units at rest`);
  }
}
