/**
 * Token buckets: who asks too often is told to wait, by how long.
 *
 * A bucket holds `burst` tokens and gains `perSecond` each second; a request takes one. The
 * number of buckets is bounded: the one that was not used for longest is forgotten, and a
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

const BUCKETS_MAX = 10_000;

export class TokenBuckets {
  readonly #limit: Limit;
  readonly #buckets = new Map<string, Bucket>();
  /** Stands last already: a map that is changed for each request is made anew every few of them. */
  #latest: string | undefined;

  constructor(limit: Limit) {
    this.#limit = limit;
  }

  /** What a request would hear, without taking anything. */
  look(key: string, nowMs: number): Taken {
    const { perSecond, burst } = this.#limit;
    const bucket = this.#buckets.get(key);
    const tokens =
      bucket === undefined
        ? burst
        : Math.min(burst, bucket.tokens + ((nowMs - bucket.atMs) / 1_000) * perSecond);
    const isAllowed = tokens >= 1;
    const missing = isAllowed ? burst - tokens : 1 - tokens;
    return { isAllowed, remaining: Math.floor(tokens), resetSeconds: Math.ceil(missing / perSecond) };
  }

  /** The first in the map is the one that rested longest. */
  #putLast(key: string, bucket: Bucket, isKnown: boolean): void {
    if (isKnown) this.#buckets.delete(key);
    else if (this.#buckets.size >= BUCKETS_MAX)
      this.#buckets.delete(this.#buckets.keys().next().value as string);
    this.#buckets.set(key, bucket);
    this.#latest = key;
  }

  /** @param nowMs a clock that never goes back, in milliseconds */
  take(key: string, nowMs: number): Taken {
    const { perSecond, burst } = this.#limit;
    const known = this.#buckets.get(key);
    const bucket = known ?? { tokens: burst, atMs: nowMs };
    bucket.tokens = Math.min(burst, bucket.tokens + ((nowMs - bucket.atMs) / 1_000) * perSecond);
    bucket.atMs = nowMs;
    if (key !== this.#latest) this.#putLast(key, bucket, known !== undefined);
    const isAllowed = bucket.tokens >= 1;
    if (isAllowed) bucket.tokens -= 1;
    const missing = isAllowed ? burst - bucket.tokens : 1 - bucket.tokens;
    return { isAllowed, remaining: Math.floor(bucket.tokens), resetSeconds: Math.ceil(missing / perSecond) };
  }

  /** Takes so many, from 1, whether they are there or not: what is missing is gained first. At most a burst is owed. */
  spend(key: string, tokens: number, nowMs: number): void {
    const left = this.take(key, nowMs).isAllowed ? tokens - 1 : tokens;
    const bucket = this.#buckets.get(key) as Bucket;
    bucket.tokens = Math.max(-this.#limit.burst, bucket.tokens - left);
  }
}
