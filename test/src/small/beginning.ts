/** Beginning: the first state. All three have begun their lives, both links are open, and nothing is on its way. */
import type { Images, Outcome } from './images.ts';
import { CHILDREN, type NodeIndex } from './names.ts';
import { firstNode, type Input } from './node.ts';
import { type State, UNSPENT } from './state.ts';
import { after, without } from './steps.ts';

export function beginning(images: Images): State {
  const at = (index: NodeIndex) => images.of(firstNode(index));
  let state: State = {
    images: [at(0), at(1), at(2)],
    links: ['down', 'down'],
    letters: [],
    atMs: 0,
    spent: UNSPENT,
  };
  const turn = (index: NodeIndex, name: string, input: Input): Outcome =>
    images.turn(state.images[index], name, () => input, state.atMs);
  state = after(state, 0, turn(0, 'begin', { kind: 'begin', parent: null }));
  const parent = state.images[0].node.disk.self;
  for (const child of CHILDREN) {
    state = after(state, child, turn(child, 'begin', { kind: 'begin', parent }));
    state = after(state, child, turn(child, 'call', { kind: 'call' }), true);
  }
  for (let letter = state.letters[0]; letter !== undefined; letter = state.letters[0]) {
    const { child, isUp, frame, id } = letter;
    const index = isUp ? 0 : child;
    const outcome = turn(index, `hear ${id}`, { kind: 'hear', from: isUp ? child : 0, frame });
    const rest = without(state, letter);
    const links: State['links'] =
      frame.kind === 'hello' ? ['open', child === 2 ? 'open' : rest.links[1]] : rest.links;
    state = after({ ...rest, links }, index, outcome);
  }
  return state;
}
