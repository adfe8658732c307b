/**
 * Unsaved: which edits of a document the region has not made durable yet.
 *
 * A region sends an update back, also to its sender, when it is on disk. An edit is therefore saved when its
 * content was heard: every client's clock up to the edit's end, and every deletion in it.
 */
import * as Y from 'yjs';

interface Range {
  readonly clock: number;
  readonly len: number;
}

export class Unsaved {
  /** By client: the clock behind its last edit that must be heard. */
  readonly #clocks = new Map<number, number>();
  readonly #deletes = new Map<number, Range[]>();

  get isEmpty(): boolean {
    return this.#clocks.size === 0 && this.#deletes.size === 0;
  }

  /** This was done on the device. */
  add(update: Uint8Array): void {
    const { structs, ds } = Y.decodeUpdate(update);
    for (const { id, length } of structs)
      this.#clocks.set(id.client, Math.max(this.#clocks.get(id.client) ?? 0, id.clock + length));
    for (const [client, ranges] of ds.clients)
      this.#deletes.set(client, [...(this.#deletes.get(client) ?? []), ...ranges]);
  }

  /** The region has this on disk. */
  hear(update: Uint8Array): void {
    const { structs, ds } = Y.decodeUpdate(update);
    // What the region has of a client it has from the beginning on.
    for (const { id, length } of structs) this.#hearClock(id.client, id.clock + length);
    for (const [client, heard] of ds.clients) {
      const left = (this.#deletes.get(client) ?? []).filter(
        (range) => !heard.some((one) => holds(one, range)),
      );
      if (left.length === 0) this.#deletes.delete(client);
      else this.#deletes.set(client, left);
    }
  }

  /** The region says how far it has each client; of deletions that says nothing. */
  hearVector(vector: Uint8Array): void {
    for (const [client, clock] of Y.decodeStateVector(vector)) this.#hearClock(client, clock);
  }

  #hearClock(client: number, clock: number): void {
    if ((this.#clocks.get(client) ?? Number.POSITIVE_INFINITY) <= clock) this.#clocks.delete(client);
  }
}

function holds(outer: Range, inner: Range): boolean {
  return outer.clock <= inner.clock && inner.clock + inner.len <= outer.clock + outer.len;
}
