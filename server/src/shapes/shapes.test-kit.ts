/** A door for shapes on a database of its own, and a stock client that follows one. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Row,
  Shape,
  ShapeStream,
  type ShapeStreamInterface,
  type ShapeStreamOptions,
} from '@electric-sql/client';
import { createApp, createLog } from '@tallystick/store-agent';
import { onceFree } from '@tallystick/store-agent/test-kit';
import type { FastifyInstance } from 'fastify';
import { onTestFinished } from 'vitest';
import { ALL_SCOPES } from '../access/scopes.ts';
import { freshDatabase, type TestDatabase } from '../authority/postgres/database.test-kit.ts';
import type { ShapeAsker } from './door/asker.ts';
import { shapeDoor } from './door/shape-door.ts';
import { Shapes, type ShapesOptions } from './shapes.ts';

export const OPERATOR: ShapeAsker = { client: undefined, scopes: new Set(ALL_SCOPES) };

/** A database with these tables, and a door to it that looks at them often. */
export async function doorOn(sql: string): Promise<{ database: TestDatabase; door: TestDoor }> {
  const database = await freshDatabase();
  await database.pool.query(sql);
  return { database, door: await TestDoor.open({ databaseUrl: database.url, lookEveryMs: 50 }) };
}

export class TestDoor {
  readonly #options: Omit<ShapesOptions, 'log' | 'folder'>;
  readonly #folder = mkdtempSync(join(tmpdir(), 'tallystick-shapes-'));
  shapes!: Shapes;
  app!: FastifyInstance;
  asker: ShapeAsker = OPERATOR;
  port = 0;

  static async open(options: Omit<ShapesOptions, 'log' | 'folder'>): Promise<TestDoor> {
    const door = new TestDoor(options);
    onTestFinished(() => door.close());
    await door.start();
    return door;
  }

  constructor(options: Omit<ShapesOptions, 'log' | 'folder'>) {
    this.#options = options;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/v1/shape`;
  }

  async start(): Promise<void> {
    const log = createLog('shapes', 'silent');
    this.shapes = new Shapes({ ...this.#options, folder: join(this.#folder, 'shapes'), log });
    this.app = createApp(log);
    shapeDoor(this.app, this.shapes, () => this.asker, 2_000);
    await onceFree(() => this.app.listen({ host: '127.0.0.1', port: this.port }));
    const address = this.app.server.address();
    this.port = typeof address === 'object' && address !== null ? address.port : 0;
  }

  async stop(): Promise<void> {
    await this.shapes.stop();
    this.app.server.closeAllConnections();
    await this.app.close();
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** What it was told so far, by key; it hangs up when the test ends. */
  follow(
    params: NonNullable<ShapeStreamOptions['params']>,
    more: Partial<ShapeStreamOptions> = {},
  ): Followed {
    return new Followed({ url: this.url, params, ...more });
  }

  /** One question, and its answer as it came. */
  async ask(query: Record<string, string>, headers: Record<string, string> = {}): Promise<Asked> {
    const response = await fetch(`${this.url}?${new URLSearchParams(query)}`, { headers });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text };
  }
}

export interface Asked {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export class Followed {
  readonly stream: ShapeStream<Row>;
  readonly shape: Shape<Row>;
  readonly errors: Error[] = [];
  readonly #stop = new AbortController();
  refetches = 0;

  constructor(options: ShapeStreamOptions) {
    this.stream = new ShapeStream<Row>({
      ...options,
      signal: this.#stop.signal,
      backoffOptions: { initialDelay: 20, maxDelay: 200, multiplier: 2 },
      onError: (error) => {
        this.errors.push(error);
      },
    });
    this.stream.subscribe((messages) => {
      for (const { headers } of messages) if (headers.control === 'must-refetch') this.refetches += 1;
    });
    this.shape = new Shape<Row>(this.stream as ShapeStreamInterface<Row>);
    onTestFinished(() => this.#stop.abort());
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Until its rows are these: it fails with what they are instead. */
  async until(
    isSo: (rows: readonly Row[]) => boolean,
    what: string,
    forMs = 30_000,
  ): Promise<readonly Row[]> {
    const untilMs = performance.now() + forMs;
    for (;;) {
      const rows = this.shape.currentRows;
      if (isSo(rows)) return rows;
      if (performance.now() > untilMs)
        throw new Error(
          `Not so in time: ${what}. It has ${rows.length} rows, the last ${JSON.stringify(rows.slice(-3), text)}; ${this.errors.map(String)}`,
        );
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

function text(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
