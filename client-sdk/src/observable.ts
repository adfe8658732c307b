/** What can be watched: the shape that React's `useSyncExternalStore` takes, and any other library can use. */

export interface Observable<T> {
  /** Calls back after each change, until what it returns is called. Bound: may be passed on as it is. */
  readonly subscribe: (changed: () => void) => () => void;
  /** What is so now; the same object until something changes. */
  readonly getSnapshot: () => T;
}

export interface SubjectPorts {
  /** Somebody watches, for the first time or again. */
  onWatched?(): void;
  /** Nobody watches any more. */
  onUnwatched?(): void;
}

export class Subject<T> implements Observable<T> {
  readonly #ports: SubjectPorts;
  readonly #listeners = new Set<{ readonly changed: () => void }>();
  #value: T;

  constructor(value: T, ports: SubjectPorts = {}) {
    this.#value = value;
    this.#ports = ports;
  }

  get isWatched(): boolean {
    return this.#listeners.size > 0;
  }

  readonly subscribe = (changed: () => void): (() => void) => {
    // One for each call: the same function may watch twice.
    const listener = { changed };
    this.#listeners.add(listener);
    try {
      if (this.#listeners.size === 1) this.#ports.onWatched?.();
    } catch (error) {
      this.#listeners.delete(listener);
      throw error;
    }
    return () => {
      if (this.#listeners.delete(listener) && this.#listeners.size === 0) this.#ports.onUnwatched?.();
    };
  };

  readonly getSnapshot = (): T => this.#value;

  set(value: T): void {
    if (value === this.#value) return;
    this.#value = value;
    for (const listener of [...this.#listeners]) if (this.#listeners.has(listener)) tell(listener.changed);
  }
}

/** A bug of who watches is theirs: what was done stays done, others are told, and it is heard of as any other that nobody caught. */
function tell(changed: () => void): void {
  try {
    changed();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
