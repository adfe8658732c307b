/** Readers of a region's events in tests: a list, a stream and a socket, each as a client of that form would read it. */
import http, { type IncomingMessage } from 'node:http';
import { onTestFinished } from 'vitest';
import WebSocket from 'ws';

export interface Seen {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
}

type Headers = Readonly<Record<string, string>>;

export async function list(url: string, query = '', headers: Headers = {}) {
  const response = await fetch(`${url}${query}`, { headers });
  const body = (await response.json()) as {
    items: Seen[];
    next: string;
    isConnected: boolean;
    asOf: string | null;
    code?: string;
    detail?: string;
  };
  return { status: response.status, body };
}

/** What a stream says, as it comes: as a browser's EventSource would give it. */
export function follow(url: string, headers: Headers = {}) {
  const seen: Seen[] = [];
  const ids: string[] = [];
  const said: string[] = [];
  const last = { id: '' };
  const request = http.get(url, { headers: { accept: 'text/event-stream', ...headers } });
  const opened = new Promise<IncomingMessage>((resolve) => request.on('response', resolve));
  void opened.then((response) => {
    let rest = '';
    response.setEncoding('utf8').on('error', () => {});
    response.on('data', (chunk: string) => {
      const blocks = (rest + chunk).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
        const [name, id] = [field('event'), field('id')];
        last.id = id ?? last.id;
        if (name !== undefined) said.push(`${name} ${field('data')}`);
        else if (id !== undefined) {
          ids.push(id);
          seen.push(JSON.parse(field('data') as string) as Seen);
        }
      }
    });
  });
  request.on('error', () => {});
  const close = () => void request.destroy();
  onTestFinished(close);
  const end = () => said.find((line) => line.startsWith('end '));
  return { seen, ids, said, last, opened, close, end };
}

/** What a socket says, as it comes, and the code with which it was closed. */
export function followSocket(url: string, headers: Headers = {}) {
  const socket = new WebSocket(url.replace('http', 'ws'), { headers });
  onTestFinished(() => socket.terminate());
  const seen: Seen[] = [];
  const said: string[] = [];
  const closed: number[] = [];
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as Partial<Seen>;
    if (message.id === undefined) said.push(String(data));
    else seen.push(message as Seen);
  });
  socket.on('close', (code) => closed.push(code));
  socket.on('error', () => {});
  return { seen, said, closed, socket };
}
