/** A receiver of webhooks on this machine: verifies each with the public library, and answers as it is told. */
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { onTestFinished } from 'vitest';

export interface Received {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
}

type Answer = (event: Received, response: ServerResponse) => void;
const taken: Answer = (_, response) => response.writeHead(204).end();

export class Receiver {
  readonly seen: Received[] = [];
  readonly unverified: string[] = [];
  answer: Answer = taken;
  secret: string | undefined;
  url = '';

  static async start(): Promise<Receiver> {
    const receiver = new Receiver();
    const server = http.createServer((request, response) => void receiver.#take(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return receiver;
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    const event = JSON.parse(body) as Received;
    try {
      if (this.secret !== undefined)
        new Webhook(this.secret).verify(body, request.headers as Record<string, string>);
    } catch (error) {
      this.unverified.push(`${event.id} ${error}`);
    }
    this.seen.push(event);
    this.answer(event, response);
  }

  get subjects(): string[] {
    return this.seen.map(({ subject }) => subject);
  }
}
