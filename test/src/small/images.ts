/**
 * Images: every node as it ever stood, once. A turn is a function of the node and its
 * input alone, so what it gave is remembered: two states that differ elsewhere share it.
 */
import { decodeFrame, encodeFrame, type Frame } from '@tallystick/crdt/wire';
import { Canon, type Lanes } from './canon.ts';
import { commitsOf } from './copy.ts';
import { type Facts, factsOf } from './facts.ts';
import { type ChildIndex, childOf, type NodeIndex } from './names.ts';
import { copyOf, crash, type Input, isDue, type Node, restore, type Turned, turn } from './node.ts';

export interface Image {
  readonly id: number;
  readonly node: Node;
  readonly lanes: Lanes;
  readonly facts: Facts;
}

/** A frame on its way: on which child's link, and whether up or down. */
export interface Letter {
  readonly id: number;
  readonly child: ChildIndex;
  readonly isUp: boolean;
  readonly frame: Frame;
  readonly lanes: Lanes;
}

export interface Outcome {
  readonly image: Image;
  readonly isDurable: boolean;
  readonly letters: readonly Letter[];
  readonly hangUps: readonly NodeIndex[];
}

export interface ImagesOptions {
  /** Where the commits of a child end is part of its state: it may be put back to any of them. */
  readonly countsCommits: boolean;
  /** Every copy is compared with what it was copied from; costs about twice the time. */
  readonly checksCopies: boolean;
}

const INPUTS_MAX = 2 ** 22;

export class Images {
  readonly #images = new Map<string, Image>();
  readonly #letters = new Map<string, Letter>();
  readonly #outcomes = new Map<number, Outcome>();
  readonly #inputs = new Map<string, number>();
  readonly #due = new Map<number, boolean>();
  readonly #options: ImagesOptions;

  constructor(options: ImagesOptions) {
    this.#options = options;
  }

  get counts(): { nodes: number; frames: number; turns: number } {
    return { nodes: this.#images.size, frames: this.#letters.size, turns: this.#outcomes.size };
  }

  of(node: Node): Image {
    const lanes = lanesOf(node, this.#options.countsCommits);
    const key = keyOf(lanes);
    let image = this.#images.get(key);
    if (image === undefined) {
      image = { id: this.#images.size, node, lanes, facts: factsOf(node) };
      this.#images.set(key, image);
    }
    return image;
  }

  /** `name` tells this input from all others. */
  turn(image: Image, name: string, input: () => Input, atMs: number, isStruck = false): Outcome {
    return this.#outcome(image, `${name} ${atMs} ${isStruck}`, () =>
      turn(image.node, input(), atMs, isStruck),
    );
  }

  crash(image: Image): Outcome {
    return this.#outcome(image, 'crash', () => unmoved(crash(image.node)));
  }

  restore(image: Image, commitCount: number, atMs: number): Outcome {
    return this.#outcome(image, `restore ${commitCount} ${atMs}`, () =>
      restore(image.node, commitCount, atMs),
    );
  }

  isDue(image: Image, atMs: number): boolean {
    const key = image.id * 2 ** 20 + atMs / 1_000;
    let due = this.#due.get(key);
    if (due === undefined) {
      due = isDue(image.node, atMs);
      this.#due.set(key, due);
    }
    return due;
  }

  #outcome(image: Image, name: string, run: () => Turned): Outcome {
    let input = this.#inputs.get(name);
    if (input === undefined) {
      input = this.#inputs.size;
      this.#inputs.set(name, input);
    }
    const key = image.id * INPUTS_MAX + input;
    let outcome = this.#outcomes.get(key);
    if (outcome === undefined) {
      if (this.#options.checksCopies) this.#checkCopy(image, copyOf(image.node));
      outcome = this.#told(run());
      if (this.#options.checksCopies) this.#checkCopy(image, image.node);
      this.#outcomes.set(key, outcome);
    }
    return outcome;
  }

  #checkCopy({ id, lanes }: Image, copy: Node): void {
    if (keyOf(lanesOf(copy, this.#options.countsCommits)) !== keyOf(lanes))
      throw new Error(`Node ${id} is not what it was.`);
  }

  #told({ node, frames, ...rest }: Turned): Outcome {
    const letters = frames.map(({ to, frame }) => this.#letter(node.index, to, frame));
    return { image: this.of(node), letters, ...rest };
  }

  /** Every frame goes through its byte form. */
  #letter(from: NodeIndex, to: string, frame: Frame): Letter {
    const isUp = from !== 0;
    const child = from === 0 ? childOf(to) : from;
    const lanes = new Canon()
      .value(frame)
      .word(isUp ? 1 : 2)
      .value(childName(child)).lanes;
    const key = keyOf(lanes);
    let letter = this.#letters.get(key);
    if (letter === undefined) {
      letter = { id: this.#letters.size, child, isUp, frame: decodeFrame(encodeFrame(frame)), lanes };
      this.#letters.set(key, letter);
    }
    return letter;
  }
}

function childName(child: ChildIndex): string {
  return child === 1 ? 'north' : 'south';
}

function unmoved(node: Node): Turned {
  return { node, isDurable: false, frames: [], hangUps: [] };
}

function keyOf([a, b]: Lanes): string {
  return `${a} ${b}`;
}

/** The replica's memory, the journal below it, and what the host knows. */
function lanesOf({ index, host, disk, replica }: Node, countsCommits: boolean): Lanes {
  const canon = new Canon();
  canon.value(index === 0 ? 'hq' : childName(index)).value(host);
  // A head's hash stands for its whole chain; how chains lie between each other matters to who sends them up.
  if (index !== 0) for (const { hash } of disk.entries) canon.value(hash);
  canon.value(disk.self).value(new Map([...disk.writers].map((writer) => [writer, disk.head(writer)])));
  // Where commits end matters only to a disk that may be put back to one.
  if (countsCommits && index !== 0 && !host.wasRestored) canon.value(commitsOf(disk));
  return canon.value(replica).lanes;
}
