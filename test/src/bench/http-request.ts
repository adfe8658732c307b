/**
 * HTTP as lean as it can be: requests built beforehand, of which only the order's id changes, and
 * answers of which only the status and the length are read. The load must not be what is measured.
 */
import type { TradeLine } from './trade.ts';

const HEAD_END = Buffer.from('\r\n\r\n');
/** As long as a UUID, which is what clients send. */
const ID_LENGTH = 36;
const COUNTER_LENGTH = 12;

export interface Request {
  readonly bytes: Buffer;
  /** Where its id stands. */
  readonly idAt: number;
}

/** @param more headers that it brings besides, such as who asks */
export function orderRequest(
  path: string,
  lines: readonly TradeLine[],
  more: Readonly<Record<string, string>> = {},
): Request {
  const body = JSON.stringify({ id: '0'.repeat(ID_LENGTH), lines });
  const besides = Object.entries(more).map(([name, value]) => `${name}: ${value}\r\n`);
  const head =
    `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n` +
    `${besides.join('')}content-length: ${Buffer.byteLength(body)}\r\n\r\n`;
  return { bytes: Buffer.from(head + body), idAt: head.length + body.indexOf('0'.repeat(ID_LENGTH)) };
}

export function getRequest(path: string): Buffer {
  return Buffer.from(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`);
}

/** `series` tells one round's ids from another's; 23 characters of it count. */
export function writeId({ bytes, idAt }: Request, series: string, n: number): void {
  bytes.write(orderId(series, n), idAt, ID_LENGTH, 'latin1');
}

export function orderId(series: string, n: number): string {
  const counter = String(n).padStart(COUNTER_LENGTH, '0');
  return `${series.slice(0, ID_LENGTH - COUNTER_LENGTH - 1).padEnd(ID_LENGTH - COUNTER_LENGTH - 1, 'x')}-${counter}`;
}

/** Gathers one answer from what a socket brings. */
export class AnswerReader {
  #bytes: Buffer | undefined;

  /** @returns the status once the answer is whole, with its head and body; undefined while it is not. @throws for what is no such answer. */
  push(chunk: Buffer): { readonly status: number; readonly head: string; body(): string } | undefined {
    const bytes = this.#bytes === undefined ? chunk : Buffer.concat([this.#bytes, chunk]);
    this.#bytes = bytes;
    const headEnd = bytes.indexOf(HEAD_END);
    if (headEnd < 0) return undefined;
    const head = bytes.toString('latin1', 0, headEnd).toLowerCase();
    const at = head.indexOf('\r\ncontent-length:');
    if (at < 0) throw new Error(`An answer without a length: ${head}`);
    const end = headEnd + HEAD_END.length + Number.parseInt(head.slice(at + 17), 10);
    if (bytes.length < end) return undefined;
    if (bytes.length > end) throw new Error('More was answered than asked.');
    this.#bytes = undefined;
    return { status: Number(head.slice(9, 12)), head, body: () => bytes.toString('utf8', headEnd + 4, end) };
  }
}
