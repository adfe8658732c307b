/**
 * Fold: what one entry does to its writer's rows. There is no other way to change a row.
 *
 * The writer that decides, every ancestor that takes the entry in, `verify` and the
 * simulator's checkers all call `forEachEffect`, so they cannot disagree.
 */
import type { EntryBody } from '../entry/entry.ts';
import type { PoolId, WriterId } from '../ids.ts';
import { type Cell, type CellColumn, COLUMN_MAX, type Counter, cellOf, type Row } from './row.ts';

export type Effect =
  | { readonly pool: PoolId; readonly column: Counter; readonly n: number }
  | {
      readonly pool: PoolId;
      readonly column: CellColumn;
      readonly n: number;
      readonly writer: WriterId;
      /** For `took`: the sender's entry. For the others 0: the entry's own seq is meant. */
      readonly seq: number;
    };

/** Calls `visit` once for each change of one column. `took` is absolute; all others are added. */
export function forEachEffect(body: EntryBody, visit: (effect: Effect) => void): void {
  switch (body.type) {
    case 'took':
      for (const item of body.items)
        visit({ pool: item.pool, column: 'took', n: item.n, writer: body.from, seq: item.seq });
      return;
    case 'sent':
      for (const item of body.items)
        visit({ pool: item.pool, column: 'sent', n: item.n, writer: body.to, seq: 0 });
      return;
    case 'reclaimed':
      for (const item of body.items)
        visit({ pool: item.pool, column: 'reclaimed', n: item.n, writer: body.writer, seq: 0 });
      return;
    case 'sold':
      for (const line of body.lines) {
        const n = line.quantityBase;
        if (n > line.owed) visit({ pool: line.pool, column: 'used', n: n - line.owed });
        if (line.owed > 0) visit({ pool: line.pool, column: 'owed', n: line.owed });
        if (line.departed) visit({ pool: line.pool, column: 'departed', n });
      }
      return;
    case 'held':
      for (const line of body.lines) visit({ pool: line.pool, column: 'opened', n: line.n });
      return;
    case 'confirmed':
      for (const line of body.closes) visit({ pool: line.pool, column: 'closed', n: line.n });
      for (const line of body.lines) {
        visit({ pool: line.pool, column: 'used', n: line.quantityBase });
        if (line.departed) visit({ pool: line.pool, column: 'departed', n: line.quantityBase });
      }
      return;
    case 'released':
      for (const line of body.closes) visit({ pool: line.pool, column: 'closed', n: line.n });
      return;
    case 'cancelled':
      for (const line of body.lines) visit({ pool: line.pool, column: 'reinstated', n: line.n });
      return;
    case 'received':
      for (const line of body.lines) visit({ pool: line.pool, column: 'received', n: line.n });
      return;
    case 'returned':
      for (const line of body.lines) visit({ pool: line.pool, column: 'received', n: line.n });
      return;
    case 'shipped':
      for (const line of body.lines) visit({ pool: line.pool, column: 'departed', n: line.n });
      return;
    case 'counted':
      for (const line of body.lines) {
        if (line.more > 0) visit({ pool: line.pool, column: 'received', n: line.more });
        visitLoss(line, visit);
      }
      return;
    case 'lost':
      for (const line of body.lines) visitLoss(line, visit);
      return;
    case 'repaid':
      for (const line of body.lines) {
        visit({ pool: line.pool, column: 'used', n: line.n });
        visit({ pool: line.pool, column: 'repaid', n: line.n });
      }
      return;
    case 'life':
    case 'reparented':
    case 'extended':
    case 'capturing':
    case 'checkpoint':
    case 'fenced':
    case 'marked':
      return;
    default:
      body satisfies never;
  }
}

/** F7: the goods are gone; rights pay for what they can, the rest is owed. */
function visitLoss(
  line: { readonly pool: PoolId; readonly less: number; readonly owed: number },
  visit: (effect: Effect) => void,
): void {
  if (line.less === 0) return;
  visit({ pool: line.pool, column: 'departed', n: line.less });
  if (line.less > line.owed) visit({ pool: line.pool, column: 'used', n: line.less - line.owed });
  if (line.owed > 0) visit({ pool: line.pool, column: 'owed', n: line.owed });
}

/**
 * Applies one effect of the entry `seq` to a row in place. A column stays where it is
 * exact (T7): an honest writer refuses the command that would pass that.
 *
 * @returns whether it was counted whole
 */
export function applyEffect(row: Row, effect: Effect, seq: number): boolean {
  switch (effect.column) {
    case 'took':
      row.took = withCell(row.took, effect.writer, effect.n, effect.seq, 'greater');
      return true;
    case 'sent':
    case 'reclaimed': {
      const hasRoom = (cellOf(row[effect.column], effect.writer)?.n ?? 0) <= COLUMN_MAX - effect.n;
      row[effect.column] = withCell(row[effect.column], effect.writer, effect.n, seq, 'add');
      return hasRoom;
    }
    default: {
      const hasRoom = row[effect.column] <= COLUMN_MAX - effect.n;
      row[effect.column] = hasRoom ? row[effect.column] + effect.n : COLUMN_MAX;
      return hasRoom;
    }
  }
}

function withCell(
  cells: readonly Cell[],
  writer: WriterId,
  n: number,
  seq: number,
  how: 'add' | 'greater',
): readonly Cell[] {
  const cell = cellOf(cells, writer);
  if (cell === undefined) return [...cells, { writer, n, seq }];
  if (how === 'add') cell.n = Math.min(COLUMN_MAX, cell.n + n);
  else if (n > cell.n) cell.n = n;
  else return cells;
  cell.seq = seq;
  return cells;
}
