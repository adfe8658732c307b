/** Projection: a turn's entries as orders, lines and facts, column by column for `commit_turn`. */
import { documentsOf, type Entry, type SoldLine, type Writes } from '@tallystick/crdt';
import { factOf } from './facts.ts';
import { json, text, textOrNull } from './pg-text.ts';
import { movedLines } from './questions.ts';

export interface Projected {
  /** Orders, lines, facts, in the order in which `commit_turn` declares them. */
  readonly columns: readonly (readonly unknown[])[];
  readonly progress: readonly Readonly<Record<string, unknown>>[];
  readonly duplicates: readonly Readonly<Record<string, unknown>>[];
}

const ORDER_COLUMNS = 12;
const LINE_COLUMNS = 14;
const FACT_COLUMNS = 3;

export function projectTurn(writes: Writes): Projected {
  const orders = emptyColumns(ORDER_COLUMNS);
  const lines = emptyColumns(LINE_COLUMNS);
  const facts = emptyColumns(FACT_COLUMNS);
  const duplicates: Record<string, unknown>[] = [];
  const excused = new Set<string>();
  const firsts = new Map(writes.documents.map(({ kind, id, ref }) => [`${kind}:${id}`, ref]));
  const fenced = new Set(
    writes.streams.filter(({ head }) => head.fence !== null).map(({ writer }) => writer),
  );
  let position = writes.position;

  for (const run of writes.runs) {
    for (const { entry } of run.entries) {
      position += 1;
      let isDuplicate = false;
      for (const { kind, id } of documentsOf(entry.body, entry.docId)) {
        const first = firsts.get(`${kind}:${id}`);
        if (first?.writer === entry.writer && first.seq === entry.seq) continue;
        isDuplicate = true;
        duplicates.push({ kind, id: text(id), writer: entry.writer, seq: entry.seq });
      }
      if (!isDuplicate) projectOrder(entry, orders, lines);
      const fact = factOf(entry, isDuplicate);
      if (fact !== undefined) add(facts, position, fact.type, json(fact.payload));
      if (fenced.has(entry.writer)) for (const line of movedLines(entry.body)) excused.add(line);
    }
  }
  const progress = writes.progress.map(({ orderId, lineId, progress: moved }) => ({
    order_id: text(orderId),
    line_id: text(lineId),
    ...moved,
    excused: excused.has(`${orderId}/${lineId}`),
  }));
  return { columns: [...orders, ...lines, ...facts], progress, duplicates };
}

/** An order is known by its document, which is there once; the id inside a hostile body may be anybody's. */
function projectOrder(entry: Entry, orders: unknown[][], lines: unknown[][]): void {
  const { body } = entry;
  if (body.type !== 'sold' && body.type !== 'confirmed') return;
  const orderId = text(entry.docId);
  add(
    orders,
    orderId,
    entry.writer,
    entry.seq,
    text(body.channel),
    textOrNull(body.clientId),
    textOrNull(body.customerId),
    body.priority,
    body.placedAt,
    body.type === 'confirmed' ? text(body.holdId) : null,
    json(body.payments),
    textOrNull(body.note),
    textOrNull(body.overrideReason),
  );
  for (const line of body.lines) projectLine(orderId, line, lines);
}

function projectLine(orderId: string, line: SoldLine, lines: unknown[][]): void {
  add(
    lines,
    orderId,
    text(line.lineId),
    line.sku,
    line.locationId,
    line.quantityBase,
    text(line.unit),
    line.quantityUnits,
    line.unitPriceMinor,
    text(line.currency),
    line.taxRateBp,
    line.taxIncluded,
    json(line.discounts),
    line.departed,
    line.owed,
  );
}

function emptyColumns(count: number): unknown[][] {
  return Array.from({ length: count }, () => []);
}

function add(columns: unknown[][], ...values: unknown[]): void {
  for (let at = 0; at < values.length; at += 1) columns[at]?.push(values[at]);
}
