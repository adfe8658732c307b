/** A walk over guarded connections: whatever is cut where, each request has one answer, its own, in its turn. */
import { connect, type Socket } from 'node:net';
import { createApp, createLog } from '@tallystick/store-agent';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Admission } from './admission.ts';
import { turnAwayCrowds } from './turn-away.ts';

/** A crowd for as long as the test lasts, which says who is turned away. */
class TestAdmission extends Admission {
  isOn = false;

  override get isCrowded(): boolean {
    return true;
  }

  override get isFull(): boolean {
    return this.isOn;
  }

  override refused(): void {
    unread += 1;
  }

  override admits(): boolean {
    return !this.isOn;
  }
}

const admission = new TestAdmission(() => 0);
let unread = 0;
let app: FastifyInstance;
let port: number;

beforeAll(async () => {
  app = createApp(createLog('door', 'silent'));
  app.post('/v1/orders', async ({ body }) => {
    // Others are heard in between.
    await turns(1);
    const { id, note } = body as { id: string; note: string };
    return { id, notes: new Set(note).size, length: note.length };
  });
  turnAwayCrowds(app.server, admission, { isTls: false, origins: [] });
  port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port);
});
afterAll(() => app.close());

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Mulberry32: the same walk every time. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % sides;
  };
}

interface Said {
  readonly status: number;
  readonly body: { readonly id?: string; readonly notes?: number; readonly length?: number };
}

class Caller {
  readonly socket: Socket = connect(port, '127.0.0.1');
  readonly asked: { readonly id: string; readonly length: number }[] = [];
  readonly said: Said[] = [];
  #bytes = Buffer.alloc(0);
  #heard = () => {};

  constructor() {
    this.socket.on('data', (data: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, data]);
      while (this.#next()) this.#heard();
    });
  }

  #next(): boolean {
    const headEnd = this.#bytes.indexOf('\r\n\r\n');
    if (headEnd < 0) return false;
    const head = this.#bytes.toString('latin1', 0, headEnd);
    const end = headEnd + 4 + Number(/content-length: (\d+)/.exec(head)?.[1]);
    if (this.#bytes.length < end) return false;
    this.said.push({
      status: Number(head.slice(9, 12)),
      body: JSON.parse(this.#bytes.toString('utf8', headEnd + 4, end)),
    });
    this.#bytes = this.#bytes.subarray(end);
    return true;
  }

  /** Its next request: some are long, and in some a value looks like a request of its own. */
  request(who: number, draw: (sides: number) => number): Buffer {
    const id = `${who}-${this.asked.length}`;
    const length = draw(12) === 0 ? 70_000 : draw(2_000);
    this.asked.push({ id, length });
    const body = JSON.stringify({ id, note: String(who).repeat(length) });
    const value = draw(3) === 0 ? 'GET /v1/orders HTTP/1.1' : 'a';
    const field = draw(3) === 0 ? 'content-length:  ' : 'content-length: ';
    const head = ['POST /v1/orders HTTP/1.1', 'content-type: application/json', `host: ${value}`];
    return Buffer.from([...head, `${field}${body.length}`, '', body].join('\r\n'));
  }

  async answered(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#heard = () => {
        if (this.said.length >= this.asked.length) resolve();
      };
      this.#heard();
    });
  }
}

/** Whole as a rule; else cut before what looks like a request, at the end of the head, in it, or anywhere. */
function cutOf(bytes: Buffer, draw: (sides: number) => number): number {
  if (draw(5) > 0) return bytes.length;
  const headEnd = bytes.indexOf('\r\n\r\n') + 4;
  const value = bytes.indexOf(': GET') + 2;
  return [Math.min(value, headEnd), headEnd, draw(headEnd), draw(bytes.length)][draw(4)] as number;
}

test.each([1, 2])('a walk, %i', async (seed) => {
  const draw = dice(seed);
  const callers = Array.from({ length: 3 }, () => new Caller());
  const before = unread;
  await Promise.all(
    callers.map(async (caller, who) => {
      for (let i = 0; i < 80; i += 1) {
        admission.isOn = draw(3) > 0;
        const count = draw(8) === 0 ? 2 : 1;
        let bytes = Buffer.concat(Array.from({ length: count }, () => caller.request(who, draw)));
        while (bytes.length > 0) {
          const at = cutOf(bytes, draw);
          caller.socket.write(bytes.subarray(0, at));
          bytes = bytes.subarray(at);
          await turns(draw(6));
        }
        if (draw(4) > 0) await caller.answered();
      }
      await caller.answered();
    }),
  );
  for (const { socket, asked, said } of callers) {
    socket.destroy();
    expect(said.length).toBe(asked.length);
    for (const [i, { status, body }] of said.entries()) {
      if (status === 503) continue;
      const { id, length } = asked[i] as (typeof asked)[number];
      expect({ status, body }).toEqual({ status: 200, body: { id, notes: length === 0 ? 0 : 1, length } });
    }
  }
  expect(unread, 'some were turned away unread').toBeGreaterThan(before);
});
