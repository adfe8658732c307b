/**
 * Flood: an open loop. Orders come evenly, so many a second, whether those before were answered or
 * not, as customers do who know nothing of each other. Each is measured from when it was due.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Round } from '../bench.ts';
import { percentile, roundOf } from '../figures.ts';
import { answer } from '../helper.ts';
import { AnswerReader, orderRequest, writeId } from '../http-request.ts';
import { drawOrders, type Trade } from '../trade.ts';

const ORDERS = 4_096;
const SEED = 12;
/** Open before it begins. More are never asking at once where answers take less than a twentieth of a second. */
const CONNECTIONS = 1_000;
/** In which the crowd is noticed; what happens in it is not counted. */
const UNCOUNTED_MS = 500;
/** At least; and at each answer. What is late for that counts as waiting, too. */
const OFFER_EVERY_MS = 1;

export interface Flood {
  readonly port: number;
  readonly perSecond: number;
  readonly seconds: number;
  readonly trade: Trade;
}

interface Counted {
  readonly accepted: number[];
  readonly refused: number[];
  acceptedInTime: number;
}

/** @returns what was accepted, a second while it was offered; the note says what became of the rest. @throws for any answer but yes, 429 and 503 */
async function flood(asked: Flood): Promise<Round> {
  const connections = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => Connection.open(asked.port)),
  );
  try {
    const { counted, offered, offeredMs } = await offer(asked, connections);
    const { accepted, refused, acceptedInTime } = counted;
    const late = Float64Array.from(refused).sort();
    const share = (100 * refused.length) / (accepted.length + refused.length);
    return {
      ...roundOf(accepted, offeredMs / 1_000),
      perSecond: (acceptedInTime * 1_000) / offeredMs,
      note:
        `offered ${Math.round((offered * 1_000) / offeredMs)} a second, ${share.toFixed(0)} % refused` +
        (late.length === 0 ? '' : `, 99 of 100 of those within ${percentile(late, 0.99).toFixed(1)} ms`),
    };
  } finally {
    for (const connection of connections) connection.close();
  }
}

async function offer({ perSecond, seconds, trade }: Flood, connections: readonly Connection[]) {
  const requests = drawOrders(trade, ORDERS, SEED).map((lines) => orderRequest('/v1/orders', lines));
  const series = randomBytes(12).toString('hex');
  const counted: Counted = { accepted: [], refused: [], acceptedInTime: 0 };
  const free = [...connections];
  /** Those for whom no connection is free yet, by when they were due. */
  const waiting: number[] = [];
  let [sent, waited, underWay] = [0, 0, 0];
  let isOffering = true;
  let failure: Error | undefined;
  let done = () => {};

  const startMs = performance.now();
  const countFromMs = startMs + UNCOUNTED_MS;
  let due = 0;
  const dueAt = () => startMs + (due * 1_000) / perSecond;
  const send = (connection: Connection, dueMs: number) => {
    const request = requests[sent % ORDERS] as (typeof requests)[number];
    writeId(request, series, sent);
    sent += 1;
    underWay += 1;
    connection.ask(request.bytes, (said) => {
      underWay -= 1;
      const answeredMs = performance.now();
      if (said instanceof Error) failure ??= said;
      else if (dueMs >= countFromMs) failure ??= count(counted, said, answeredMs - dueMs, isOffering);
      const next = waiting[waited];
      if (next === undefined) free.push(connection);
      else {
        waited += 1;
        send(connection, next);
      }
      // Answers come by the hundred: who is due meanwhile does not wait until all of them are read.
      offerUntil(answeredMs);
      if (underWay === 0 || failure !== undefined) done();
    });
  };
  const total = Math.floor(perSecond * (UNCOUNTED_MS / 1_000 + seconds));
  const offerUntil = (nowMs: number) => {
    for (let dueMs = dueAt(); due < total && dueMs <= nowMs; dueMs = dueAt()) {
      due += 1;
      const connection = free.pop();
      if (connection === undefined) waiting.push(dueMs);
      else send(connection, dueMs);
    }
  };
  while (due < total && failure === undefined) {
    offerUntil(performance.now());
    // Customers are no load on the machine of the shop: a loop that looks at the clock all the time takes a core from it.
    await new Promise((resolve) => setTimeout(resolve, OFFER_EVERY_MS));
  }
  const offeredMs = performance.now() - countFromMs;
  isOffering = false;
  if (underWay > 0 && failure === undefined) await new Promise<void>((resolve) => (done = resolve));
  if (failure !== undefined) throw failure;
  return { counted, offered: perSecond * seconds, offeredMs };
}

interface Said {
  readonly status: number;
  readonly isRetryNamed: boolean;
}

/** @returns what was wrong with the answer. */
function count(
  counted: Counted,
  { status, isRetryNamed }: Said,
  tookMs: number,
  isOffering: boolean,
): Error | undefined {
  if (status === 201) {
    counted.accepted.push(tookMs);
    if (isOffering) counted.acceptedInTime += 1;
    return undefined;
  }
  counted.refused.push(tookMs);
  return (status === 503 || status === 429) && isRetryNamed
    ? undefined
    : new Error(`An answer ${status}${isRetryNamed ? '' : ' without Retry-After'}.`);
}

class Connection {
  readonly #socket: Socket;
  #answered: (said: Said | Error) => void = () => {};

  static async open(port: number): Promise<Connection> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return new Connection(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    const reader = new AnswerReader();
    socket.on('data', (chunk: Buffer) => {
      const said = reader.push(chunk);
      if (said === undefined) return;
      this.#answered({ status: said.status, isRetryNamed: said.head.includes('\r\nretry-after:') });
    });
    socket.on('error', (error) => this.#answered(error));
    socket.on('close', () => this.#answered(new Error('The connection was closed.')));
  }

  /** The bytes are copied: they are changed for the next one. */
  ask(bytes: Buffer, answered: (said: Said | Error) => void): void {
    this.#answered = answered;
    this.#socket.write(Buffer.from(bytes));
  }

  close(): void {
    this.#answered = () => {};
    this.#socket.destroy();
  }
}

answer({ flood });
