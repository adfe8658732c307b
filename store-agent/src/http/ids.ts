/** Ids that sort by time (UUIDv7, RFC 9562), for callers who do not make their own. */
import { randomBytes } from 'node:crypto';

export function uuidv7(nowMs: number = Date.now(), random: Buffer = randomBytes(10)): string {
  const time = nowMs.toString(16).padStart(12, '0');
  random[0] = 0x70 | ((random[0] as number) & 0x0f);
  random[2] = 0x80 | ((random[2] as number) & 0x3f);
  const rest = random.toString('hex');
  return `${time.slice(0, 8)}-${time.slice(8)}-${rest.slice(0, 4)}-${rest.slice(4, 8)}-${rest.slice(8)}`;
}
