/** Reads and checks input once, at the door; inside it is trusted. */
import type { ZodType } from 'zod';
import { Problem } from './problem.ts';

/** @throws Problem that names every place that is wrong. */
export function parse<T>(schema: ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw Problem.invalid(parsed.error);
}
