/**
 * Steps: everything that can happen next in a state, each with the state that it gives.
 *
 * The list of a state is always the same, in the same order, so a path is kept as
 * places in lists. A step's name is made only when somebody reads it.
 */
import { replicaOf } from '@tallystick/crdt';
import type { Bounds } from './bounds.ts';
import { commandsAt, delivery } from './commands.ts';
import type { Image, Images, Letter, Outcome } from './images.ts';
import { CHILDREN, type ChildIndex, NODES, type NodeIndex } from './names.ts';
import type { Input } from './node.ts';
import { allows, type LinkState, type Spent, type State, spend } from './state.ts';

export interface Step {
  readonly name: () => string;
  readonly run: () => State;
}

/** Long enough for whatever is sent again; too short for any deadline. */
const SHORT_MS = 1_000;
/** Past every deadline, and past every hold. */
const LONG_MS = 100_000;

export function stepsOf(images: Images, bounds: Bounds, state: State): Step[] {
  const steps: Step[] = [];
  const may = (kind: Parameters<typeof allows>[2]) => allows(bounds, state.spent, kind);
  /** An input of one node, and the same with the process dying between its commit and its words. */
  const offer = (
    index: NodeIndex,
    key: string,
    name: () => string,
    input: () => Input,
    before: State,
    isCall = false,
  ) => {
    const image = before.images[index] as Image;
    steps.push({
      name,
      run: () => after(before, index, images.turn(image, key, input, state.atMs), isCall),
    });
    if (!may('crashes')) return;
    const run = () => {
      const outcome = images.turn(image, key, input, state.atMs, true);
      return crashed(spending(before, 'crashes'), index, outcome.image);
    };
    steps.push({ name: () => `${name()}; ${NODES[index]} dies after the commit`, run });
  };

  deliveries(state, offer);
  if (may('drops')) for (const letter of each(state.letters)) steps.push(dropped(state, letter));
  if (may('duplicates')) {
    for (const letter of each(state.letters)) {
      if (letter.frame.kind === 'hello') continue;
      const run = () => ({ ...spending(state, 'duplicates'), letters: [...state.letters, letter] });
      steps.push({ name: () => `doubled: ${tell(letter)}`, run });
    }
  }
  if (state.spent.acts < bounds.acts) acts(bounds, state, offer);
  for (const index of [0, ...CHILDREN] as const) {
    if (images.isDue(state.images[index], state.atMs))
      offer(
        index,
        'wake',
        () => `${NODES[index]} does what is due`,
        () => ({ kind: 'wake' }),
        state,
      );
  }
  for (const child of CHILDREN) {
    if (state.links[child - 1] !== 'down') continue;
    offer(
      child,
      'call',
      () => `${NODES[child]} calls its parent`,
      () => ({ kind: 'call' }),
      state,
      true,
    );
    if (state.images[0].node.replica.hub.children.get(NODES[child])?.session !== undefined) {
      const name = () => `hq notices that the link of ${NODES[child]} is gone`;
      offer(0, `notice ${child}`, name, () => ({ kind: 'notice', child }), state);
    }
  }
  if (may('crashes')) {
    for (const index of [0, ...CHILDREN] as const) {
      const run = () => crashed(spending(state, 'crashes'), index, images.crash(state.images[index]).image);
      steps.push({ name: () => `${NODES[index]} dies and starts again`, run });
    }
  }
  if (may('restores')) restores(images, bounds, state, steps);
  if (may('ticks')) {
    for (const ms of [SHORT_MS, LONG_MS]) {
      const run = () => ({ ...spending(state, 'ticks'), atMs: state.atMs + ms });
      steps.push({ name: () => `${ms / 1_000} s pass`, run });
    }
  }
  return steps;
}

type Offer = (index: NodeIndex, key: string, name: () => string, input: () => Input, before: State) => void;

function deliveries(state: State, offer: Offer): void {
  for (const letter of each(state.letters)) {
    const { child, isUp, frame } = letter;
    const before = without(state, letter);
    const from = isUp ? child : 0;
    const isHello = frame.kind === 'hello';
    const links = isHello ? withLink(state.links, child, 'open') : state.links;
    offer(
      isUp ? 0 : child,
      `hear ${letter.id}`,
      () => `arrives: ${tell(letter)}`,
      () => ({ kind: 'hear', from, frame }),
      { ...before, links },
    );
  }
}

function acts(bounds: Bounds, state: State, offer: Offer): void {
  const hosts = state.images.map(({ node }) => node.host);
  const before = spending(state, 'acts');
  if (!hosts[0]?.asked.has('receive delivery')) {
    const command = delivery(bounds.units);
    offer(
      0,
      'receive',
      () => `hq receives ${bounds.units} units`,
      () => ({ kind: 'command', command }),
      before,
    );
  }
  for (const child of CHILDREN) {
    for (const command of commandsAt(child, hosts, bounds)) {
      const { type, id } = command;
      const name = () => `${NODES[child]} is asked to ${type} ${id}`;
      offer(child, `${type} ${id}`, name, () => ({ kind: 'command', command }), before);
    }
  }
}

function restores(images: Images, bounds: Bounds, state: State, steps: Step[]): void {
  for (const child of CHILDREN) {
    const image = state.images[child];
    const { commitCount } = image.node.disk;
    // The first commit began its life: an empty disk would be another story.
    for (let back = 1; back <= bounds.restoreBack && commitCount - back >= 1; back += 1) {
      const run = () => {
        const outcome = images.restore(image, commitCount - back, state.atMs);
        return crashed(spending(state, 'restores'), child, outcome.image);
      };
      steps.push({ name: () => `${NODES[child]} is restored to ${back} commits ago`, run });
    }
  }
}

/** A hello or welcome that is lost is a connection that did not come about. */
function dropped(state: State, letter: Letter): Step {
  const { kind } = letter.frame;
  const isOpening = kind === 'hello' || kind === 'welcome';
  const run = () => {
    const spent = spending(state, 'drops');
    return isOpening ? cut(spent, letter.child) : without(spent, letter);
  };
  return { name: () => `lost: ${tell(letter)}`, run };
}

function spending(state: State, kind: keyof Spent): State {
  return { ...state, spent: spend(state.spent, kind) };
}

/** What a turn gave: frames go where a link is open, and a link that one side ends is over. */
export function after(state: State, index: NodeIndex, outcome: Outcome, isCall = false): State {
  const images = withImage(state.images, index, outcome.image);
  let { links } = state;
  if (isCall) links = withLink(links, index as ChildIndex, 'calling');
  const heard = outcome.letters.filter(({ child, frame }) => {
    const link = links[child - 1];
    return link === 'open' || (link === 'calling' && frame.kind === 'hello');
  });
  const letters = heard.length === 0 ? state.letters : [...state.letters, ...heard];
  let next: State = { ...state, images, links, letters };
  for (const peer of outcome.hangUps) next = cut(next, (index === 0 ? peer : index) as ChildIndex);
  return next;
}

function crashed(state: State, index: NodeIndex, image: Image): State {
  let next: State = { ...state, images: withImage(state.images, index, image) };
  for (const child of CHILDREN) if (index === 0 || index === child) next = cut(next, child);
  return next;
}

/** The link is gone, with all that was on it; each side finds out by itself. */
function cut(state: State, child: ChildIndex): State {
  return {
    ...state,
    links: withLink(state.links, child, 'down'),
    letters: state.letters.filter((letter) => letter.child !== child),
  };
}

function withLink(links: State['links'], child: ChildIndex, link: LinkState): State['links'] {
  return child === 1 ? [link, links[1]] : [links[0], link];
}

function withImage([hq, north, south]: State['images'], index: NodeIndex, image: Image): State['images'] {
  if (index === 0) return [image, north, south];
  return index === 1 ? [hq, image, south] : [hq, north, image];
}

/** One of each: two copies of a frame are the same to whoever takes one. */
function each(letters: readonly Letter[]): Letter[] {
  return letters.filter((letter, at) => letters.indexOf(letter) === at);
}

export function without(state: State, letter: Letter): State {
  const letters = [...state.letters];
  letters.splice(letters.indexOf(letter), 1);
  return { ...state, letters };
}

function tell({ child, isUp, frame }: Letter): string {
  const way = isUp ? `${NODES[child]} → hq` : `hq → ${NODES[child]}`;
  switch (frame.kind) {
    case 'stream':
      return `${way} stream ${frame.from}–${frame.to} of ${replicaOf(frame.writer)}`;
    case 'cells':
      return `${way} cells ${frame.cells.map(({ n }) => `sent in all ${n}`).join(', ')}`;
    case 'ack':
      return `${way} ack to ${frame.cursor}${frame.gap ? ', a gap' : ''}`;
    case 'asks':
      return `${way} asks for ${frame.items.map(({ atLeast }) => atLeast).join(', ')} in all`;
    default:
      return `${way} ${frame.kind}`;
  }
}
