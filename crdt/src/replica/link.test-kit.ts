/** What a test of the link looks at between a parent and its child. */
import { expect } from 'vitest';
import type { Frame } from '../wire/frames.ts';
import type { Letter, Node } from './world.test-kit.ts';

/** The one letter that there is. */
export function only<F extends Frame>(letters: readonly Letter[]): Letter & { frame: F } {
  expect(letters).toHaveLength(1);
  return letters[0] as Letter & { frame: F };
}

/** What the parent sent and the child took, of lamps. */
export function given(parent: Node, child: Node): [number, number] {
  const sent = parent.row('lamp').sent.find(({ writer }) => writer === child.self)?.n ?? 0;
  const took = child.row('lamp').took.find(({ writer }) => writer === parent.self)?.n ?? 0;
  return [sent, took];
}
