/**
 * An event: a CloudEvent (1.0) about something that is in the books.
 *
 * Its id is its position in the feed: the same number is the webhook's id and the id of the
 * stream. A consumer that has seen an id has seen every smaller one that it asked for.
 */
import type { EventType } from './catalogue.ts';

export interface FeedEvent {
  readonly specversion: '1.0';
  /** The position, in digits. */
  readonly id: string;
  readonly source: typeof EVENT_SOURCE;
  readonly type: EventType;
  /** What it is about: an order, `SKU@location`, a replica. */
  readonly subject: string;
  /** When it was written into the books; later positions have later times. */
  readonly time: string;
  readonly datacontenttype: 'application/json';
  /** Names the schema of `data` with its version. */
  readonly dataschema: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export const EVENT_SOURCE = '/authority';

export function schemaName(type: EventType, version: number): string {
  return `https://tallystick.dev/events/${type}/${version}`;
}

/** An event as it is kept in memory: written once, and with what filters ask. */
export interface Held {
  readonly position: number;
  readonly type: EventType;
  /** The whole event as JSON. */
  readonly text: string;
  /** Of the text, as it is sent. */
  readonly bytes: number;
  readonly skus: readonly string[];
  readonly locations: readonly string[];
  readonly orderId: string | undefined;
  /** Whose it is: a business client hears of its own orders alone. */
  readonly clientId: string | undefined;
}

export function held(event: FeedEvent): Held {
  const { data } = event;
  const lines = Array.isArray(data.lines) ? (data.lines as readonly Record<string, unknown>[]) : [data];
  const text = JSON.stringify(event);
  return {
    position: Number(event.id),
    type: event.type,
    text,
    bytes: Buffer.byteLength(text),
    skus: named(lines, 'sku'),
    locations: named(lines, 'locationId'),
    orderId: textOf(data.orderId),
    clientId: textOf(data.clientId),
  };
}

function named(lines: readonly Record<string, unknown>[], field: string): string[] {
  return [...new Set(lines.map((line) => textOf(line[field])).filter((name) => name !== undefined))];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
