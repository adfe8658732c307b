/**
 * Goods places: where each writer let goods go or took them in (T9).
 *
 * A keeper counts what stands at its place, so it has to know everybody who ever moved
 * goods there, wherever they are by now (F3a).
 */
import { type LocationId, locationOf, type PoolId, type WriterId } from '../ids.ts';
import type { Ledger } from '../replica/ledger.ts';
import type { Stream } from '../replica/stream.ts';
import type { Effect } from '../tally/fold.ts';

export class GoodsPlaces {
  /** What a turn that failed had noted stays: somebody is told of a writer who did nothing there yet. */
  readonly #places = new Map<WriterId, Set<LocationId>>();

  constructor(ledger: Ledger) {
    for (const stream of ledger.streams.values())
      for (const [pool, { received, departed }] of stream.rows())
        if (received > 0 || departed > 0) this.#note(stream.writer, pool);
  }

  onEffect({ writer }: Stream, { column, pool }: Effect): void {
    if (column === 'received' || column === 'departed') this.#note(writer, pool);
  }

  #note(writer: WriterId, pool: PoolId): void {
    const places = this.#places.get(writer);
    if (places === undefined) this.#places.set(writer, new Set([locationOf(pool)]));
    else places.add(locationOf(pool));
  }

  of(writer: WriterId): Iterable<LocationId> {
    return this.#places.get(writer) ?? [];
  }
}
