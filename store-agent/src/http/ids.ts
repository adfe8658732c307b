/** Ids for callers who do not make their own: by time (UUIDv7, RFC 9562), or made from another id. */
import { createHash, randomBytes } from 'node:crypto';
import { isDocumentId } from '@tallystick/crdt';

export function uuidv7(nowMs: number = Date.now(), random: Buffer = randomBytes(10)): string {
  const time = nowMs.toString(16).padStart(12, '0');
  random[0] = 0x70 | ((random[0] as number) & 0x0f);
  random[2] = 0x80 | ((random[2] as number) & 0x3f);
  const rest = random.toString('hex');
  return `${time.slice(0, 8)}-${time.slice(8)}-${rest.slice(0, 4)}-${rest.slice(4, 8)}-${rest.slice(8)}`;
}

/** An id made from another, the same each time: what an act consists of has ids that follow from its own. */
export function derivedId(id: string, part: string): string {
  const whole = `${id}${part}`;
  return isDocumentId(whole) ? whole : createHash('sha256').update(whole).digest('hex');
}
