/** Load: a process that asks as many clients do. Started as a helper of a bench. */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import pg from 'pg';
import type { Round } from '../bench.ts';
import { type Client, roundByClients } from '../clients.ts';
import { answer } from '../helper.ts';
import { AnswerReader, getRequest, orderRequest, type Request, writeId } from '../http-request.ts';
import { pgUpdate } from '../pg-statements.ts';
import { RedisAnswers, sellScript } from '../redis-protocol.ts';
import { drawOrders, type Trade, type TradeLine } from '../trade.ts';

/** Different orders that a load goes through, over and over; the id is always a new one. */
const ORDERS = 4_096;
const SEED = 11;

export interface Load {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  readonly trade: Trade;
}

export interface HttpLoad extends Load {
  readonly path: string;
  /** What each request brings besides: who asks, the trace that it belongs to. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export interface PgLoad extends Omit<Load, 'port'> {
  readonly databaseUrl: string;
}

export type RedisLoad = Load;

async function opened(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return socket;
}

/** Asks over a socket, one thing at a time. `read` gives true once the answer is whole and right, and throws where it is wrong. */
function socketClient(socket: Socket, next: () => Buffer | string, read: (chunk: Buffer) => boolean): Client {
  let done: { resolve(): void; reject(error: Error): void } | undefined;
  socket.on('data', (chunk: Buffer) => {
    try {
      if (read(chunk)) done?.resolve();
    } catch (error) {
      done?.reject(error as Error);
    }
  });
  socket.on('error', (error) => done?.reject(error));
  socket.on('close', () => done?.reject(new Error('The connection was closed.')));
  return {
    once: () =>
      new Promise<void>((resolve, reject) => {
        done = { resolve, reject };
        socket.write(next());
      }),
    close: () => {
      done = undefined;
      socket.destroy();
    },
  };
}

async function round(clients: readonly Client[], seconds: number): Promise<Round> {
  try {
    return await roundByClients(clients, seconds);
  } finally {
    for (const client of clients) await client.close();
  }
}

async function http({ port, path, connections, seconds, trade, headers }: HttpLoad): Promise<Round> {
  const requests = drawOrders(trade, ORDERS, SEED).map((lines) => orderRequest(path, lines, headers));
  const series = randomBytes(12).toString('hex');
  let n = 0;
  const next = () => {
    const request = requests[n % ORDERS] as Request;
    writeId(request, series, n);
    n += 1;
    return request.bytes;
  };
  return round(await httpClients(port, connections, next), seconds);
}

/** Reads what there is of SKUs that are drawn as orders are. */
async function stock({ port, connections, seconds, trade }: Load): Promise<Round> {
  const requests = drawOrders(trade, ORDERS, SEED).map(([line]) =>
    getRequest(`/v1/inventory/${(line as TradeLine).sku}`),
  );
  let n = 0;
  const next = () => requests[n++ % ORDERS] as Buffer;
  return round(await httpClients(port, connections, next), seconds);
}

async function httpClients(port: number, connections: number, next: () => Buffer): Promise<Client[]> {
  const sockets = await Promise.all(Array.from({ length: connections }, () => opened(port)));
  return sockets.map((socket) => {
    const reader = new AnswerReader();
    return socketClient(socket, next, (chunk) => {
      const answered = reader.push(chunk);
      if (answered === undefined) return false;
      if (answered.status < 200 || answered.status > 299)
        throw new Error(`${answered.status} ${answered.body()}`);
      return true;
    });
  });
}

async function postgres({ databaseUrl, connections, seconds, trade }: PgLoad): Promise<Round> {
  const orders = drawOrders(trade, ORDERS, SEED);
  let n = 0;
  const clients = await Promise.all(
    Array.from({ length: connections }, async () => {
      const client = new pg.Client(databaseUrl);
      await client.connect();
      return {
        once: async () => {
          const lines = orders[n % ORDERS] as TradeLine[];
          n += 1;
          const { rowCount } = await client.query(pgUpdate(lines));
          if (rowCount !== lines.length)
            throw new Error(`${rowCount} rows were changed, not ${lines.length}.`);
        },
        close: () => client.end(),
      };
    }),
  );
  return round(clients, seconds);
}

async function redis({ port, connections, seconds, trade }: RedisLoad): Promise<Round> {
  const orders = drawOrders(trade, ORDERS, SEED).map((lines) => sellScript(lines));
  let n = 0;
  const next = () => orders[n++ % ORDERS] as Buffer;
  const sockets = await Promise.all(Array.from({ length: connections }, () => opened(port)));
  const clients = sockets.map((socket) => {
    const answers = new RedisAnswers();
    return socketClient(socket, next, (chunk) => {
      const said = answers.push(chunk);
      if (said === undefined) return false;
      if (said !== ':1') throw new Error(`Redis answered ${said}.`);
      return true;
    });
  });
  return round(clients, seconds);
}

answer({ http, stock, postgres, redis });
