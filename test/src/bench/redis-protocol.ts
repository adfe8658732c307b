/** Redis, as far as a sale needs it: one script, sent by its hash, and answers of one line (RESP2). */
import { createHash } from 'node:crypto';
import type { TradeLine } from './trade.ts';

/** Checks all lines, then takes them: Redis runs it alone. Answers 1 where it was sold. */
export const SELL_SCRIPT = `
for i, key in ipairs(KEYS) do
  if tonumber(redis.call('get', key) or '0') < tonumber(ARGV[i]) then return 0 end
end
for i, key in ipairs(KEYS) do redis.call('decrby', key, ARGV[i]) end
return 1`;

const SHA = createHash('sha1').update(SELL_SCRIPT).digest('hex');

export function sellScript(lines: readonly TradeLine[]): Buffer {
  const keys = lines.map(({ sku }) => sku);
  const quantities = lines.map(({ quantity }) => String(quantity));
  return command('evalsha', SHA, String(lines.length), ...keys, ...quantities);
}

/** A command as Redis reads it. */
export function command(...words: readonly string[]): Buffer {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return Buffer.from(`*${words.length}\r\n${parts.join('')}`);
}

/** Gathers an answer of one line: a number, a word, or an error. */
export class RedisAnswers {
  #said = '';

  /** @returns the line once it is whole; undefined while it is not. */
  push(chunk: Buffer): string | undefined {
    this.#said += chunk.toString('utf8');
    if (!this.#said.endsWith('\r\n')) return undefined;
    const line = this.#said.slice(0, -2);
    this.#said = '';
    return line;
  }
}
