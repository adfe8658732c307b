/**
 * Goods places: where each writer let goods go or took them in (T9).
 *
 * A keeper counts what stands at its place, so it has to know everybody who ever moved
 * goods there, wherever they are by now (F3a).
 */
import { type LocationId, locationOf, type PoolId, type WriterId } from '../ids.ts';
import { rootOf } from '../replica/branches.ts';
import type { Ledger } from '../replica/ledger.ts';
import type { Stream } from '../replica/stream.ts';
import type { Effect } from '../tally/fold.ts';

export class GoodsPlaces {
  /** Entries that moved goods since `heard`: by stream and place, the last of them. */
  readonly #news = new Map<Stream, Map<LocationId, number>>();
  /** What a turn that failed had noted stays: somebody is told of a writer who did nothing there yet. */
  readonly #places = new Map<WriterId, Set<LocationId>>();

  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
    for (const stream of ledger.streams.values())
      for (const [pool, { received, departed }] of stream.rows())
        if (received > 0 || departed > 0) this.#note(stream, pool);
  }

  onEffect(stream: Stream, { column, pool }: Effect): void {
    if (column !== 'received' && column !== 'departed') return;
    this.#note(stream, pool);
    if (stream.head.via === null) return;
    const places = this.#news.get(stream) ?? new Map<LocationId, number>();
    this.#news.set(stream, places.set(locationOf(pool), stream.head.seq + 1));
  }

  get news(): ReadonlyMap<Stream, ReadonlyMap<LocationId, number>> {
    return this.#news;
  }

  /** Whoever counts there knows it, or will. */
  heard(): void {
    this.#news.clear();
  }

  /** Of a writer that lived twice all histories are told together: a branch alone joins nothing (F2). */
  #note(stream: Stream, pool: PoolId): void {
    const { writer } = rootOf(this.#ledger, stream);
    const places = this.#places.get(writer);
    if (places === undefined) this.#places.set(writer, new Set([locationOf(pool)]));
    else places.add(locationOf(pool));
  }

  of(stream: Stream): Iterable<LocationId> {
    return this.#places.get(rootOf(this.#ledger, stream).writer) ?? [];
  }
}
