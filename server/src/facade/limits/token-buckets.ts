/**
 * Token buckets: who asks too often is told to wait, by how long.
 *
 * A bucket holds `burst` tokens and gains `perSecond` each second; a request takes one. The
 * number of buckets is bounded: those that were not used for longest are forgotten, and a
 * forgotten one would have been full again soon after.
 */
export interface Limit {
  /** Requests a second, on average. */
  readonly perSecond: number;
  /** Requests at once, after a rest. */
  readonly burst: number;
}

export interface Taken {
  readonly isAllowed: boolean;
  /** Whole requests that may follow at once. */
  readonly remaining: number;
  /** Whole seconds until the next request may be made, or the bucket is full again. */
  readonly resetSeconds: number;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

/** They are kept in two halves: when the younger is full it becomes the older, and what is there and in no use is forgotten. */
const HALF_MAX = 5_000;

export class TokenBuckets {
  readonly #limit: Limit;
  /** A request of somebody who is here changes no map: one that is changed for each is made anew every few of them. */
  #younger = new Map<string, Bucket>();
  #older = new Map<string, Bucket>();

  constructor(limit: Limit) {
    this.#limit = limit;
  }

  /** What a request would hear, without taking anything. */
  look(key: string, nowMs: number): Taken {
    const { perSecond, burst } = this.#limit;
    const bucket = this.#younger.get(key) ?? this.#older.get(key);
    const tokens =
      bucket === undefined
        ? burst
        : Math.min(burst, bucket.tokens + ((nowMs - bucket.atMs) / 1_000) * perSecond);
    const isAllowed = tokens >= 1;
    const missing = isAllowed ? burst - tokens : 1 - tokens;
    return { isAllowed, remaining: Math.floor(tokens), resetSeconds: Math.ceil(missing / perSecond) };
  }

  /** Known, and from here on among the younger. */
  #used(key: string, nowMs: number): Bucket {
    const known = this.#younger.get(key);
    if (known !== undefined) return known;
    const bucket = this.#older.get(key) ?? { tokens: this.#limit.burst, atMs: nowMs };
    if (this.#younger.size >= HALF_MAX) {
      this.#older = this.#younger;
      this.#younger = new Map();
    }
    this.#younger.set(key, bucket);
    return bucket;
  }

  /** @param nowMs a clock that never goes back, in milliseconds */
  take(key: string, nowMs: number): Taken {
    const { perSecond, burst } = this.#limit;
    const bucket = this.#used(key, nowMs);
    bucket.tokens = Math.min(burst, bucket.tokens + ((nowMs - bucket.atMs) / 1_000) * perSecond);
    bucket.atMs = nowMs;
    const isAllowed = bucket.tokens >= 1;
    if (isAllowed) bucket.tokens -= 1;
    const missing = isAllowed ? burst - bucket.tokens : 1 - bucket.tokens;
    return { isAllowed, remaining: Math.floor(bucket.tokens), resetSeconds: Math.ceil(missing / perSecond) };
  }

  /** Takes so many, from 1, whether they are there or not: what is missing is gained first. At most a burst is owed. */
  spend(key: string, tokens: number, nowMs: number): void {
    const left = this.take(key, nowMs).isAllowed ? tokens - 1 : tokens;
    const bucket = this.#used(key, nowMs);
    bucket.tokens = Math.max(-this.#limit.burst, bucket.tokens - left);
  }

  /** What was taken just now for something that is not done yet. */
  giveBack(key: string, nowMs: number): void {
    this.#used(key, nowMs).tokens += 1;
  }
}
