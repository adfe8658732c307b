/** Live stock: the level of one product, kept up to date while somebody watches. */
import type { TallystickError } from '../error.ts';
import { type Observable, Subject } from '../observable.ts';
import { applyEvent, levelOf, type StockLevel } from './level.ts';
import type { StockFeed, StockReader } from './stock-feed.ts';

/** What is known of one product's stock. */
export interface StockSnapshot {
  /** The product. */
  readonly sku: string;
  /**
   * - `loading`: nothing is known yet;
   * - `live`: `level` follows what is told;
   * - `offline`: `level`, where there is one, is what was last heard. The client comes back by itself, unless `error`
   *   says that it cannot (`error.retryable` is false).
   */
  readonly state: 'loading' | 'live' | 'offline';
  /** As last heard. */
  readonly level?: StockLevel;
  /** Why it is not followed now. */
  readonly error?: TallystickError;
}

export interface LiveStock extends Observable<StockSnapshot> {
  /** The product. */
  readonly sku: string;
}

/** Before anything was read. */
const NOTHING: StockLevel = { onHand: 0, available: 0, committed: 0, locations: [] };

export function createLiveStock(sku: string, feed: StockFeed): LiveStock & { readonly isInUse: boolean } {
  /** What events have said before the level was read. */
  let early: StockLevel | undefined;
  const reader: StockReader = {
    sku,
    onRead: (stock) => {
      const level = levelOf(stock, subject.getSnapshot().level ?? early);
      early = undefined;
      subject.set({ sku, state: 'live', level });
    },
    onEvent: (event) => {
      const now = subject.getSnapshot();
      if (now.level === undefined) {
        early = applyEvent(early ?? NOTHING, event);
        return;
      }
      const level = applyEvent(now.level, event);
      if (level !== now.level) subject.set({ ...now, level });
    },
    onLink: (isUp, error) => {
      const { state, level } = subject.getSnapshot();
      // The stream was opened anew, for more products.
      if (isUp && state === 'live') return;
      const known = level === undefined ? {} : { level };
      if (!isUp) subject.set({ sku, state: 'offline', ...known, ...(error === undefined ? {} : { error }) });
      // What is known was kept up to date up to where the stream goes on.
      else subject.set({ sku, state: level === undefined ? 'loading' : 'live', ...known });
    },
  };
  const subject = new Subject<StockSnapshot>(
    { sku, state: 'loading' },
    { onWatched: () => feed.add(reader), onUnwatched: () => feed.remove(reader) },
  );
  return {
    sku,
    subscribe: subject.subscribe,
    getSnapshot: subject.getSnapshot,
    get isInUse() {
      return subject.isWatched;
    },
  };
}
