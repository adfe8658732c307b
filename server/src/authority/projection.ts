/** Projection: a turn's entries as orders, lines and facts, column by column for `commit_turn`. */
import {
  type BodyOf,
  documentsOf,
  type Entry,
  lineName,
  type SoldLine,
  type WriterId,
  type Writes,
} from '@tallystick/crdt';
import { type Fact, factsOf } from './facts.ts';
import { json, text, textOrNull } from './pg-text.ts';
import { movedLines } from './questions.ts';

export interface Projected {
  /** Orders, lines, facts, in the order in which `commit_turn` declares them. */
  readonly columns: readonly (readonly unknown[])[];
  readonly progress: readonly Readonly<Record<string, unknown>>[];
  readonly duplicates: readonly Readonly<Record<string, unknown>>[];
}

interface Sold {
  readonly orderId: string;
  /** The stream that the entry is part of: of a forked writer, one of its histories. */
  readonly writer: WriterId;
  readonly entry: Entry;
  readonly body: BodyOf<'sold'> | BodyOf<'confirmed'>;
}

interface SoldAs {
  readonly orderId: string;
  readonly line: SoldLine;
}

interface Placed extends Fact {
  readonly position: number;
}

export function projectTurn(writes: Writes): Projected {
  const orders: Sold[] = [];
  const lines: SoldAs[] = [];
  const facts: Placed[] = [];
  const duplicates: Record<string, unknown>[] = [];
  const excused = new Set<string>();
  const firsts = new Map(writes.documents.map(({ kind, id, ref }) => [`${kind}:${id}`, ref]));
  const copyEnds = new Set(
    writes.documents
      .filter(({ kind }) => kind === 'copy-cancellation')
      .map(({ ref }) => `${ref.writer} ${ref.seq}`),
  );
  const fenced = new Set(
    writes.streams.filter(({ head }) => head.fence !== null).map(({ writer }) => writer),
  );
  let position = writes.position;

  for (const { writer, entries } of writes.runs) {
    for (const { entry } of entries) {
      position += 1;
      const { body } = entry;
      let isDuplicate = false;
      for (const { kind, id } of documentsOf(body, entry.docId)) {
        const first = firsts.get(`${kind}:${id}`);
        if (first?.writer === writer && first.seq === entry.seq) continue;
        // What ended a hold twice is still an order of its own.
        isDuplicate ||= kind !== 'hold-end';
        duplicates.push({ kind, id: text(id), writer, seq: entry.seq });
      }
      if (!isDuplicate && (body.type === 'sold' || body.type === 'confirmed')) {
        // An order is known by its document, which is there once; the id inside a hostile body may be anybody's.
        const orderId = text(entry.docId);
        orders.push({ orderId, writer, entry, body });
        for (const line of linesOnce(body.lines)) lines.push({ orderId, line });
      }
      const isOfCopy = copyEnds.has(`${writer} ${entry.seq}`);
      for (const fact of factsOf({ ...entry, writer }, isDuplicate, isOfCopy))
        facts.push({ position, ...fact });
      if (fenced.has(writer)) for (const line of movedLines(body)) excused.add(line);
    }
  }
  const progress = writes.progress.map(({ orderId, lineId, progress: moved }) => ({
    order_id: text(orderId),
    line_id: text(lineId),
    ...moved,
    excused: excused.has(lineName(orderId, lineId)),
  }));
  return {
    columns: [...orderColumns(orders), ...lineColumns(lines), ...factColumns(facts)],
    progress,
    duplicates,
  };
}

/** A hostile order may name a line twice: the entry keeps both, the projection the first. */
function linesOnce(lines: readonly SoldLine[]): Iterable<SoldLine> {
  if (lines.length < 2) return lines;
  const named = new Map<string, SoldLine>();
  for (const line of lines) if (!named.has(line.lineId)) named.set(line.lineId, line);
  return named.values();
}

function orderColumns(orders: readonly Sold[]): unknown[][] {
  return [
    orders.map(({ orderId }) => orderId),
    orders.map(({ writer }) => writer),
    orders.map(({ entry }) => entry.seq),
    orders.map(({ body }) => text(body.channel)),
    orders.map(({ body }) => textOrNull(body.clientId)),
    orders.map(({ body }) => textOrNull(body.customerId)),
    orders.map(({ body }) => body.priority),
    orders.map(({ body }) => body.placedAt),
    orders.map(({ body }) => (body.type === 'confirmed' ? text(body.holdId) : null)),
    orders.map(({ body }) => json(body.payments)),
    orders.map(({ body }) => textOrNull(body.note)),
    orders.map(({ body }) => textOrNull(body.overrideReason)),
  ];
}

function lineColumns(lines: readonly SoldAs[]): unknown[][] {
  return [
    lines.map(({ orderId }) => orderId),
    lines.map(({ line }) => text(line.lineId)),
    lines.map(({ line }) => line.sku),
    lines.map(({ line }) => line.locationId),
    lines.map(({ line }) => line.quantityBase),
    lines.map(({ line }) => text(line.unit)),
    lines.map(({ line }) => line.quantityUnits),
    lines.map(({ line }) => line.unitPriceMinor),
    lines.map(({ line }) => text(line.currency)),
    lines.map(({ line }) => line.taxRateBp),
    lines.map(({ line }) => line.taxIncluded),
    lines.map(({ line }) => json(line.discounts)),
    lines.map(({ line }) => line.departed),
    lines.map(({ line }) => line.owed),
  ];
}

function factColumns(facts: readonly Placed[]): unknown[][] {
  return [
    facts.map(({ position }) => position),
    facts.map(({ type }) => type),
    facts.map(({ payload }) => json(payload)),
  ];
}
