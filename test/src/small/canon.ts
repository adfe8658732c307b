/**
 * Canon: what a piece of state is, as 64 bits, and what it would be with the two
 * children's names exchanged, as 64 more.
 *
 * SHA-256 hashes would give the names away, so the hash of an entry counts as what the
 * entry says, the one before it included. Maps, sets and objects count without their
 * order; so do the lists of frames and rows whose order means nothing.
 */
import type { Entry, WrittenEntry } from '@tallystick/crdt';
import { splitEntries } from '@tallystick/crdt/wire';
import { sha256 } from '../sim/sha256.ts';
import { exchanged } from './names.ts';

/** Two lanes of the state as it is, two of the state with the names exchanged. */
export type Lanes = readonly [number, number, number, number];

const UNORDERED = new Set(['heads', 'has', 'settled', 'fenced', 'cells', 'sent', 'took', 'reclaimed']);
/** Derived from what is counted (digests), the same for every state (settings), or counted elsewhere (the disk). */
const LEFT_OUT = new Set([
  'settings',
  '_settings',
  '_tools',
  '_directory',
  'view',
  '_view',
  'digest',
  'lo',
  'hi',
  '_digestBefore',
]);

const texts = new Map<string, Lanes>();
const entries = new Map<string, Lanes>();
const float = new Float64Array(1);
const words = new Int32Array(float.buffer);

export class Canon {
  #a = 0x243f6a88;
  #b = 0x13198a2e;
  #c = 0x243f6a88;
  #d = 0x13198a2e;
  #seen = new Set<object>();

  get lanes(): Lanes {
    return [this.#a, this.#b, this.#c, this.#d];
  }

  word(value: number): this {
    this.#a = mix(this.#a, value, 0x85ebca6b);
    this.#b = mix(this.#b, value, 0xcc9e2d51);
    this.#c = mix(this.#c, value, 0x85ebca6b);
    this.#d = mix(this.#d, value, 0xcc9e2d51);
    return this;
  }

  four([a, b, c, d]: Lanes): this {
    this.#a = mix(mix(this.#a, a, 0x85ebca6b), b, 0x85ebca6b);
    this.#b = mix(mix(this.#b, b, 0xcc9e2d51), a, 0xcc9e2d51);
    this.#c = mix(mix(this.#c, c, 0x85ebca6b), d, 0x85ebca6b);
    this.#d = mix(mix(this.#d, d, 0xcc9e2d51), c, 0xcc9e2d51);
    return this;
  }

  value(value: unknown, name = ''): this {
    switch (typeof value) {
      case 'number':
        if (Number.isInteger(value) && Math.abs(value) < 2 ** 31) return this.word(value);
        float[0] = value;
        return this.word(words[0] as number).word(words[1] as number);
      case 'string':
        return this.four(lanesOfText(value));
      case 'boolean':
        return this.word(value ? 0x51 : 0x52);
      case 'undefined':
        return this.word(0x53);
      case 'object':
        return value === null ? this.word(0x54) : this.#object(value, name);
      default:
        return this;
    }
  }

  #object(value: object, name: string): this {
    if (value instanceof Uint8Array) return this.#bytes(value);
    if (Array.isArray(value)) {
      if (UNORDERED.has(name)) return this.#bag(value, (each) => this.value(each));
      this.word(value.length);
      for (const each of value) this.value(each);
      return this;
    }
    if (value instanceof Map) return this.#bag(value, ([key, each]) => this.value(key).value(each));
    if (value instanceof Set) return this.#bag(value, (each) => this.value(each));
    if (Object.getPrototypeOf(value) !== Object.prototype) {
      // Parts of a replica know each other; each counts where it is met first.
      if (this.#seen.has(value)) return this.word(0x55);
      this.#seen.add(value);
    }
    const fields = value as Record<string, unknown>;
    return this.#bag(Object.keys(fields), (field) => {
      if (!LEFT_OUT.has(field)) this.four(lanesOfText(field)).value(fields[field], field);
    });
  }

  /** The sum of the hashes of all parts: their order does not count. */
  #bag<T>(parts: Iterable<T>, one: (part: T) => void): this {
    const [a, b, c, d] = this.lanes;
    let count = 0;
    let sa = 0;
    let sb = 0;
    let sc = 0;
    let sd = 0;
    for (const part of parts) {
      this.#a = this.#c = 0x3c6ef372;
      this.#b = this.#d = 0x510e527f;
      one(part);
      sa = (sa + this.#a) | 0;
      sb = (sb + this.#b) | 0;
      sc = (sc + this.#c) | 0;
      sd = (sd + this.#d) | 0;
      count += 1;
    }
    [this.#a, this.#b, this.#c, this.#d] = [a, b, c, d];
    return this.word(count).four([sa, sb, sc, sd]);
  }

  #bytes(bytes: Uint8Array): this {
    const known = bytes.length === 32 ? entries.get(keyOf(bytes)) : undefined;
    if (known !== undefined) return this.four(known);
    if (bytes.length === 0) return this.word(0x56);
    if (bytes.length === 32) {
      for (const byte of bytes) this.word(byte);
      return this;
    }
    for (const entry of splitEntries(bytes)) this.value(sha256(entry));
    return this;
  }
}

/** An entry was written: from now on its SHA-256 counts as what the entry says. */
export function noteEntry({ entry, hash }: WrittenEntry): void {
  const key = keyOf(hash);
  if (!entries.has(key)) entries.set(key, new Canon().value(entry satisfies Entry).lanes);
}

function keyOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function lanesOfText(text: string): Lanes {
  let lanes = texts.get(text);
  if (lanes === undefined) {
    const [a, b] = hashText(text);
    const [c, d] = hashText(exchanged(text));
    lanes = [a, b, c, d];
    texts.set(text, lanes);
  }
  return lanes;
}

function hashText(text: string): [number, number] {
  let a = 0x6a09e667;
  let b = 0xbb67ae85 | 0;
  for (let i = 0; i < text.length; i += 1) {
    a = mix(a, text.charCodeAt(i), 0x85ebca6b);
    b = mix(b, text.charCodeAt(i), 0xcc9e2d51);
  }
  return [a, b];
}

/** MurmurHash3's finaliser over one more word. */
function mix(lane: number, value: number, factor: number): number {
  let h = Math.imul(lane ^ value, factor);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) + 0x9e3779b9) | 0;
}
