/** Tell: an entry in a few words, for the readable trace. */
import { type Entry, replicaOf } from '@tallystick/crdt';

export function tell({ body, docId }: Entry): string {
  switch (body.type) {
    case 'took':
      return `took ${body.items.map(({ pool, n }) => `${pool}→${n}`).join(', ')} from ${replicaOf(body.from)}`;
    case 'sent':
      return `sent ${body.items.map(({ pool, n }) => `${n} ${pool}`).join(', ')} to ${replicaOf(body.to)}`;
    case 'sold':
    case 'confirmed':
      return `${body.type} ${docId}: ${body.lines
        .map(
          (l) =>
            `${l.quantityBase} ${l.pool}${l.owed > 0 ? ` (${l.owed} owed)` : ''}${l.departed ? ' gone' : ''}`,
        )
        .join(', ')}`;
    case 'held':
    case 'received':
    case 'cancelled':
    case 'returned':
    case 'shipped':
    case 'repaid':
      return `${body.type} ${docId}: ${body.lines.map(({ pool, n }) => `${n} ${pool}`).join(', ')}`;
    case 'lost':
    case 'counted':
      return `${body.type} ${docId}: ${body.lines.map((l) => `−${l.less} ${l.pool} (${l.owed} owed)`).join(', ')}`;
    case 'marked':
      return `marked ${docId} ${body.mark}`;
    default:
      return `${body.type} ${docId}`;
  }
}
