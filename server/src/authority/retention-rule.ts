/** The rule of retention: how long the books keep what may be forgotten. Journals and the trail are kept for ever. */
import { ConfigError } from '@tallystick/store-agent';
import { z } from 'zod';

const days = (min: number) => z.int().min(min).max(36_500);

const ruleSchema = z.strictObject({
  /** Events; the last retry of a webhook comes 76 hours after its first, and needs them. */
  eventsDays: days(4).default(14),
  /** What became of webhooks. */
  deliveriesDays: days(4).default(14),
  /**
   * Personal data of whoever neither ordered nor was changed for so long: erased as when they ask for it. Left out, it is kept
   * until they do.
   */
  customersDays: days(1).optional(),
});
export type RetentionRule = z.output<typeof ruleSchema>;

export const DEFAULT_RETENTION: RetentionRule = ruleSchema.parse({});

/** @param text JSON, as given on a command line. @throws ConfigError */
export function readRetention(text: string): RetentionRule {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new ConfigError('--retention must be JSON, such as {"customersDays":730}.');
  }
  const parsed = ruleSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ConfigError(`--retention: ${issue?.path.join('.') || 'it'}: ${issue?.message}`);
}
