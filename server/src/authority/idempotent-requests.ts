/**
 * Idempotent requests: what was made under an Idempotency-Key is made once, and asked again it is the first
 * answer, whatever became of the thing since. A refusal is not kept: the key may be tried again.
 */
import { createHash } from 'node:crypto';
import { Problem } from '@tallystick/store-agent';
import type pg from 'pg';
import { canonical } from './calls/change-one.ts';

/** Longer than the ninety days that are promised. */
const KEPT_DAYS = 100;
/** Old ones go as new ones come, a few at a time. */
const FORGOTTEN_AT_ONCE = 10;

export interface Once<T> {
  readonly answer: T;
  readonly isRepeat: boolean;
}

/**
 * @param request all that the caller said, and the name of the call
 * @param carryOut must do nothing more where it was done before: a crash between doing and noting it makes it run again
 * @throws Problem `document_differs` where the key was another request's, and whatever `carryOut` throws
 */
export async function once<T>(
  pool: pg.Pool,
  key: string | undefined,
  request: unknown,
  carryOut: () => Promise<T>,
): Promise<Once<T>> {
  if (key === undefined) return { answer: await carryOut(), isRepeat: false };
  const hash = createHash('sha256').update(canonical(request)).digest();
  const known = await reserve(pool, key, hash);
  if (!known.isSame) throw new Problem('document_differs', `The key ${key} was used for another request.`);
  if (known.answer !== null) return { answer: known.answer as T, isRepeat: true };
  try {
    const answer = await carryOut();
    await pool.query(
      'update tallystick.idempotent_requests set answer = coalesce(answer, $2) where key = $1',
      [key, JSON.stringify(answer)],
    );
    return { answer, isRepeat: false };
  } catch (error) {
    if (error instanceof Problem)
      await pool.query('delete from tallystick.idempotent_requests where key = $1 and answer is null', [key]);
    throw error;
  }
}

async function reserve(
  pool: pg.Pool,
  key: string,
  hash: Buffer,
): Promise<{ readonly isSame: boolean; readonly answer: unknown }> {
  await pool.query(
    `with old as (
        delete from tallystick.idempotent_requests where key in (
          select key from tallystick.idempotent_requests
           where made_at < now() - interval '${KEPT_DAYS} days' and key <> $1 order by made_at limit ${FORGOTTEN_AT_ONCE}))
      insert into tallystick.idempotent_requests (key, request_hash) values ($1, $2) on conflict (key) do nothing`,
    [key, hash],
  );
  const { rows } = await pool.query<{ isSame: boolean; answer: unknown }>(
    'select request_hash = $2 as "isSame", answer from tallystick.idempotent_requests where key = $1',
    [key, hash],
  );
  // Gone again where the same request was refused a moment ago: then it is carried out here.
  return rows[0] ?? { isSame: true, answer: null };
}
