/** One item of the catalogue changed, and how it is told whether it may be. */
import { type ItemKind, Problem } from '@tallystick/store-agent';
import { z } from 'zod';
import type { Authority } from '../authority.ts';
import { type Change, type Changed, changeItems, type StoredItem } from '../catalogue-changes.ts';
import { once } from '../idempotent-requests.ts';
import { merged } from '../merge-patch.ts';

/** @throws Problem where it is refused */
export async function changeOne(
  authority: Authority,
  kind: ItemKind,
  id: string,
  decide: (stored: StoredItem | undefined) => Change,
): Promise<Extract<Changed, { ok: true }>> {
  const [changed] = await changeItems(authority.pool, kind, [id], (_, stored) => decide(stored));
  // The region that asked is told with its answer; the others hear of it by their feed.
  await authority.refreshCatalogue();
  return accepted(changed as Changed);
}

function accepted(changed: Changed): Extract<Changed, { ok: true }> {
  if (changed.ok) return changed;
  const { code, message, pointer } = changed;
  throw new Problem(code, message, pointer === undefined ? {} : { errors: [{ pointer, message }] });
}

/** Made under a key, if it has one: asked again, it is the first answer. @throws Problem where it is refused */
export async function createOnce(
  authority: Authority,
  key: string | undefined,
  kind: ItemKind,
  id: string,
  item: object,
): Promise<Extract<Changed, { ok: true }>> {
  const make = () => changeOne(authority, kind, id, (stored) => created(stored, item));
  const { answer, isRepeat } = await once(authority.pool, key, [kind, item], make);
  return isRepeat ? { ...answer, was: 'same' } : answer;
}

/** Made once: the same again changes nothing, another under its name is refused. */
export function created(stored: StoredItem | undefined, item: object): Change {
  if (stored === undefined) return { write: item };
  if (isSame(stored.body, item)) return { keep: stored };
  return {
    refuse: 'already_exists',
    message: 'There is one by this name already, and it says something else.',
  };
}

/**
 * What another release let in stays as it is where it is not touched: who changes a name has not asked for units.
 * @throws Problem where what comes out is no such item any more
 */
export function patched<T>(schema: z.ZodType<T>, body: unknown, patch: unknown): T {
  const next = merged(body, patch);
  const parsed = schema.safeParse(next);
  if (parsed.success) return parsed.data;
  const touched = parsed.error.issues.filter(({ path: [field] }) => {
    return field === undefined || Object.hasOwn(Object(patch), field);
  });
  if (touched.length === 0) return next as T;
  throw Problem.invalid(new z.ZodError(touched));
}

/** Equal as JSON, whatever the order of their fields. */
export function isSame(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

/** As JSON, whatever the order of its fields. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([x], [y]) => (x < y ? -1 : 1)))
      : part,
  );
}
