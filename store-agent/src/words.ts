/** Words for people, where they are stored and sent on. */
import { z } from 'zod';

/**
 * Words for people, as journals keep them: bounded in bytes too, because an entry is; without
 * NUL, for which Postgres has no place, and without half characters.
 */
export function words(charsMax: number, bytesMax: number) {
  return z
    .string()
    .max(charsMax)
    .refine((text) => !/[\0\p{Cs}]/u.test(text), 'must not hold NUL or half a character')
    .refine((text) => Buffer.byteLength(text) <= bytesMax, `must be at most ${bytesMax} bytes`);
}
