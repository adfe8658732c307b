/**
 * Keeping the changes of all shapes together within bounds. What came first goes first, out of the largest log: who is
 * where it ends loses nothing, and a log in which little happens is left as it is.
 */
import type { Shape } from './shape.ts';
import type { LogBudget } from './shape-log.ts';

/** @param end told of a shape whose newest transactions alone are too much beside those of the others */
export function keepWithin(
  bytesMax: number,
  budget: LogBudget,
  shapes: Pick<ReadonlyMap<string, Shape>, 'values'>,
  end: (shape: Shape) => void,
): void {
  while (budget.bytes > bytesMax) {
    const longest = most(shapes.values(), ({ log }) => log.olderBytes);
    if (longest !== undefined) {
      longest.log.cutOlder();
      continue;
    }
    const largest = most(shapes.values(), ({ bytes }) => bytes);
    if (largest === undefined) return;
    end(largest);
  }
}

/** @returns undefined where all have nothing */
function most(shapes: Iterable<Shape>, bytesOf: (shape: Shape) => number): Shape | undefined {
  let [found, bytes]: [Shape | undefined, number] = [undefined, 0];
  for (const shape of shapes) if (bytesOf(shape) > bytes) [found, bytes] = [shape, bytesOf(shape)];
  return found;
}
