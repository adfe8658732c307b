/** Who asks, for the trail: carried from the door to the transaction in which something changes. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type pg from 'pg';
import { z } from 'zod';

export const bySchema = z.strictObject({
  actor: z.string().regex(/^[\x21-\x7e]{1,160}$/),
  /** The address that the request came from. */
  from: z.string().max(64).optional(),
});

export interface Asker extends z.output<typeof bySchema> {
  /** The replica at whose door they asked. */
  readonly via?: string;
}

const whoAsks = new AsyncLocalStorage<Asker>();

/** Whatever this does to the books, it does in their name. */
export function inTheNameOf<T>(asker: Asker, act: () => T): T {
  return whoAsks.run(asker, act);
}

/** The replica at whose door they asked; undefined where it is this one. */
export function askedAt(): string | undefined {
  return whoAsks.getStore()?.via;
}

export function isAsked(): boolean {
  return whoAsks.getStore() !== undefined;
}

/** Tells the transaction in whose name it is; without a name it is the books' own. */
export async function sayWho(client: pg.PoolClient): Promise<void> {
  const asker = whoAsks.getStore();
  if (asker !== undefined)
    await client.query({
      name: 'say_who',
      text: `select set_config('tallystick.by', $1, true)`,
      values: [JSON.stringify(asker)],
    });
}
