/**
 * Shape index: the shapes of one source, by the value that each wants in a column. A change is offered to those
 * that may want it, which costs what they cost, and not what a thousand others would.
 */
import type { Tuple } from './replication/pgoutput.ts';
import type { Comparable } from './where/kinds.ts';
import type { Pin } from './where/pin.ts';

/** What is indexed: a shape, once its rows are known. */
export interface Pinned {
  readonly rows: { readonly pin: Pin | undefined } | undefined;
}

/** Pins of one column that are read alike. */
interface Path<T> {
  readonly column: number;
  readonly read: Pin['read'];
  readonly byValue: Map<Comparable, Set<T>>;
}

export class ShapeIndex<T extends Pinned> {
  /** With what each was added under. */
  readonly #pins = new Map<T, Pin | undefined>();
  readonly #paths = new Map<string, Path<T>>();
  /** Those that rows of any value may be in. */
  readonly #open = new Set<T>();

  get size(): number {
    return this.#pins.size;
  }

  get all(): readonly T[] {
    return [...this.#pins.keys()];
  }

  add(shape: T): void {
    const pin = shape.rows?.pin;
    this.#pins.set(shape, pin);
    if (pin === undefined) {
      this.#open.add(shape);
      return;
    }
    const { name, column, read } = pin;
    const path = this.#paths.get(name) ?? { column, read, byValue: new Map<Comparable, Set<T>>() };
    this.#paths.set(name, path);
    for (const value of pin.values) {
      const shapes = path.byValue.get(value) ?? new Set<T>();
      path.byValue.set(value, shapes);
      shapes.add(shape);
    }
  }

  remove(shape: T): void {
    const pin = this.#pins.get(shape);
    this.#pins.delete(shape);
    this.#open.delete(shape);
    const path = pin === undefined ? undefined : this.#paths.get(pin.name);
    if (pin === undefined || path === undefined) return;
    for (const value of pin.values) {
      const shapes = path.byValue.get(value);
      shapes?.delete(shape);
      if (shapes?.size === 0) path.byValue.delete(value);
    }
    if (path.byValue.size === 0) this.#paths.delete(pin.name);
  }

  /** Each once: all in which either row is, and maybe others. @param before and after null where there is none */
  *offered(before: Tuple | null, after: Tuple | null): Iterable<T> {
    yield* this.#open;
    for (const { column, read, byValue } of this.#paths.values()) {
      const [was, is] = [before?.[column] ?? null, after?.[column] ?? null];
      const left = was === null ? undefined : byValue.get(read(was));
      const found = is === null || is === was ? undefined : byValue.get(read(is));
      if (left !== undefined) yield* left;
      if (found !== undefined) for (const shape of found) if (left?.has(shape) !== true) yield shape;
    }
  }
}
