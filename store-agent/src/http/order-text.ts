/**
 * The answer to an order that was accepted just now, as text: what `JSON.stringify` makes of `orderJson`, byte for byte,
 * at a third of the price. Nothing became of the order yet, so nothing is looked up.
 */
import { type BodyOf, type Entry, type Ledger, replicaOf, type SoldLine, stageOf } from '@tallystick/crdt';

export function newOrderText(ledger: Ledger, entry: Entry, waited: boolean): string {
  const order = entry.body as BodyOf<'sold' | 'confirmed'>;
  let text = `{"id":${quoted(order.orderId)},"status":"${statusOf(order.lines)}"`;
  text += `,"stage":"${stageOf(ledger, entry)}","owner":${quoted(replicaOf(entry.writer))}`;
  text += `,"channel":${quoted(order.channel)}`;
  if (order.clientId !== undefined) text += `,"client":${quoted(order.clientId)}`;
  if (order.customerId !== undefined) text += `,"customer":${quoted(order.customerId)}`;
  text += `,"priority":${order.priority},"placedAt":"${timeText(order.placedAt)}"`;
  if (order.overrideReason !== undefined) text += `,"overrideReason":${quoted(order.overrideReason)}`;
  if (order.note !== undefined) text += `,"note":${quoted(order.note)}`;
  text += `,"payments":${order.payments.length === 0 ? '[]' : JSON.stringify(order.payments)},"lines":[`;
  let comma = '';
  for (const line of order.lines) {
    text += comma + lineText(line);
    comma = ',';
  }
  return `${text}]${waited ? ',"waited":true' : ''}}`;
}

/** Of an order whose goods either left with the sale or are still where they were. */
function statusOf(lines: readonly SoldLine[]): 'delivered' | 'processing' | 'confirmed' {
  let departed = 0;
  for (const line of lines) if (line.departed) departed += 1;
  return departed === lines.length ? 'delivered' : departed > 0 ? 'processing' : 'confirmed';
}

function lineText(line: SoldLine): string {
  const shipped = line.departed ? line.quantityBase : 0;
  return (
    `{"lineId":${quoted(line.lineId)},"sku":${quoted(line.sku)},"locationId":${quoted(line.locationId)}` +
    `,"quantity":${line.quantityBase},"unit":${quoted(line.unit)},"quantityUnits":${line.quantityUnits}` +
    `,"unitPrice":{"amountMinor":${line.unitPriceMinor},"currency":${quoted(line.currency)}}` +
    `,"taxRateBp":${line.taxRateBp},"taxIncluded":${line.taxIncluded}` +
    `,"cancelled":0,"shipped":${shipped},"returned":0${line.owed > 0 ? `,"owed":${line.owed}` : ''}}`
  );
}

/** Longer texts are rare, and `JSON.stringify` is quicker with them. */
const PLAIN_MAX = 64;

/** As JSON. Ids, units and currencies hardly ever have a character that JSON writes otherwise. */
function quoted(text: string): string {
  if (text.length > PLAIN_MAX) return JSON.stringify(text);
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    const isPlain = code >= 0x20 && code !== QUOTE && code !== BACKSLASH && (code < 0xd800 || code > 0xdfff);
    if (!isPlain) return JSON.stringify(text);
  }
  return `"${text}"`;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

let lastMs = Number.NaN;
let lastTime = '';

/** In RFC 3339. Those of one commit mostly came in the same millisecond. */
function timeText(ms: number): string {
  if (ms !== lastMs) {
    lastTime = new Date(ms).toISOString();
    lastMs = ms;
  }
  return lastTime;
}
