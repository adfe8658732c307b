/** Known: what answers have told so far, so that later calls speak of things that are there. */
import type { Prng } from '../sim/prng.ts';
import { isObject, type Json, type JsonObject } from './json.ts';

/** Of each kind the newest so many: old ones have mostly come to their end. */
const KEPT = 40;
const SAID_MAX = 10_000;

export class Known {
  readonly #values = new Map<string, Json[]>();
  readonly #etags = new Map<string, string>();
  /** What the last answer about a thing said, by its path. */
  readonly #said = new Map<string, JsonObject>();

  add(name: string, value: Json): void {
    const values = this.#values.get(name) ?? [];
    if (values.includes(value)) return;
    values.push(value);
    if (values.length > KEPT) values.shift();
    this.#values.set(name, values);
  }

  pick(name: string, prng: Prng, isUsable: (value: Json) => boolean = () => true): Json | undefined {
    const values = (this.#values.get(name) ?? []).filter(isUsable);
    return values.length === 0 ? undefined : prng.pick(values);
  }

  /** Such as the total of a cart, which its checkout must name. */
  saidOf(path: string, name: string): Json | undefined {
    return this.#said.get(path)?.[name];
  }

  etagOf(path: string): string | undefined {
    return this.#etags.get(path);
  }

  /** @param template such as `/v1/orders/{id}/cancel`: an answer's `id` is one of that collection. */
  hear(template: string, path: string, etag: string | undefined, body: unknown): void {
    if (etag !== undefined) this.#etags.set(path, etag);
    if (!isObject(body)) return;
    // What was made may stand one step further in, beside the token that opens it.
    const made = typeof body.id === 'string' ? [body] : [body, ...Object.values(body)];
    const items = Array.isArray(body.items) ? body.items : made;
    for (const item of items) this.#hearItem(collectionOf(template), item);
    if (typeof body.nextCursor === 'string') this.add('cursor', body.nextCursor);
  }

  /** The header Location: what was made stands elsewhere than where it was asked for. */
  hearPlace(location: string | undefined): void {
    const [, collection, id] = /^(\/v1\/[\w-]+)\/([^/?]+)$/.exec(location ?? '') ?? [];
    if (collection !== undefined && id !== undefined) this.add(collection, decodeURIComponent(id));
  }

  #hearItem(collection: string, item: unknown): void {
    if (!isObject(item)) return;
    if (typeof item.id === 'string') {
      this.add(collection, item.id);
      if (this.#said.size >= SAID_MAX) this.#said.clear();
      this.#said.set(`${collection}/${item.id}`, item as JsonObject);
    }
    this.#hearNames(item);
  }

  #hearNames(value: unknown): void {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, part] of Object.entries(value)) {
      if (typeof part === 'string' && name !== 'id') this.add(name, part);
      else this.#hearNames(part);
    }
  }
}

/** `/v1/orders/{id}/cancel` speaks of `/v1/orders`. */
export function collectionOf(template: string): string {
  return template.split('/').slice(0, 3).join('/');
}
