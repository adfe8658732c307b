/** Event readers: streams at a region's door, and receivers of webhooks. Started as a helper of a bench. */
import { randomBytes } from 'node:crypto';
import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { request } from '../../chaos/http.ts';
import type { Round } from '../bench.ts';
import { roundOf } from '../figures.ts';
import { answer } from '../helper.ts';

export interface Follow {
  readonly port: number;
  readonly streams: number;
  /** Each stream follows one of so many; everything, where there is none. */
  readonly skus: number;
  /** Streams of everything besides, that take nothing. */
  readonly stuck: number;
  /** Events that each stream waits for. */
  readonly each: number;
}

export interface Receive {
  readonly port: number;
  readonly wanted: number;
}

/** Events of which nobody heard for as long are not coming. */
const SILENCE_MS = 20_000;
const ASK_MS = 20_000;
const TIME = /"time":"([^"]+)"/;

const took: number[] = [];
let wanted = 0;
let startMs = 0;
let endMs = 0;
let finished = () => {};
let close: () => Promise<void> | void = () => {};

function begin(count: number): void {
  took.length = 0;
  wanted = count;
  startMs = 0;
}

function heard(text: string): void {
  const told = TIME.exec(text)?.[1];
  if (told === undefined) throw new Error(`An event without a time: ${text.slice(0, 200)}`);
  if (startMs === 0) startMs = performance.now();
  took.push(Date.now() - Date.parse(told));
  endMs = performance.now();
  if (took.length >= wanted) finished();
}

async function follow({ port, streams, skus, stuck, each }: Follow): Promise<void> {
  begin(streams * each);
  const requests: ClientRequest[] = [];
  const open = async (query: string): Promise<IncomingMessage> => {
    const asked = http.get({
      port,
      host: '127.0.0.1',
      path: `/v1/events${query}`,
      agent: false,
      headers: { accept: 'text/event-stream' },
    });
    requests.push(asked);
    const response = await new Promise<IncomingMessage>((resolve, reject) =>
      asked.on('response', resolve).on('error', reject),
    );
    if (response.statusCode !== 200) throw new Error(`A stream was answered ${response.statusCode}.`);
    return response;
  };
  close = () => {
    for (const asked of requests) asked.destroy();
  };
  for (let i = 0; i < stuck; i += 1) (await open('')).pause();
  for (let i = 0; i < streams; i += 1) read(await open(skus === 0 ? '' : `?sku=S${i % skus}`));
}

function read(response: IncomingMessage): void {
  let rest = '';
  response.setEncoding('utf8').on('error', () => {});
  response.on('data', (chunk: string) => {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) if (block.startsWith('id: ')) heard(block);
  });
}

/** One receiver that takes everything, and one that never answers. @returns the address of the first */
async function receive(asked: Receive): Promise<string> {
  begin(asked.wanted);
  const good = await listen((text, response) => {
    heard(text);
    response.writeHead(204).end();
  });
  const dead = await listen(() => {});
  const name = randomBytes(4).toString('hex');
  const ids: string[] = [];
  for (const { url } of [good, dead]) {
    const body = { id: `${name}-${ids.length}`, url, types: ['stock.level_changed'] };
    const { status } = await request(asked.port, 'POST', '/v1/webhooks', body, ASK_MS);
    if (status !== 201) throw new Error(`An endpoint was answered ${status}.`);
    ids.push(body.id);
  }
  close = async () => {
    for (const id of ids) await request(asked.port, 'DELETE', `/v1/webhooks/${id}`, undefined, ASK_MS);
    for (const { server } of [good, dead]) {
      server.closeAllConnections();
      server.close();
    }
  };
  return good.url;
}

async function listen(take: (text: string, response: http.ServerResponse) => void) {
  const server = http.createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    request.on('end', () => take(text, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

/** Once all have come. @throws where they do not */
async function end(): Promise<Round> {
  let last = -1;
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setInterval(() => {
        if (took.length === last) {
          clearInterval(timer);
          reject(new Error(`${took.length} of ${wanted} events came, and no more.`));
        }
        last = took.length;
      }, SILENCE_MS);
      finished = () => {
        clearInterval(timer);
        resolve();
      };
      if (took.length >= wanted) finished();
    });
    return roundOf(took, (endMs - startMs) / 1_000);
  } finally {
    await close();
  }
}

answer({ follow, receive, end });
