/**
 * The lab of a fleet on one machine: what lets a visitor in without typing, and breaks things on purpose.
 *
 * It is part of `tallystick up`, which alone can kill and start processes, and listens on loopback. Pages reach it
 * through their region (`screens/lab-door.ts`). Nothing else in the system knows of it.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createApp, createLog, listen, Problem, parse } from '@tallystick/store-agent';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { LAB_KEY_HEADER, LAB_LINE_PATH } from '../../../screens/lab-door.ts';
import { type FleetCredential, tokenFrom } from '../../fleet/credentials.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { CASHIERS_TEXT } from '../sample-catalogue.ts';
import { Copies } from './copies.ts';
import { flood } from './flood.ts';

/** What each screen may do: no more than the people in front of it. */
const SCREENS = {
  shop: { role: 'client', scope: 'products:read locations:read inventory:read events:read' },
  till: { role: 'integrator', scope: 'products:read locations:read inventory:read orders:read' },
  console: { role: 'operator', scope: undefined },
} as const;

const replica = z.string().max(64);
const bodies = {
  signIn: z.strictObject({ screen: z.enum(['shop', 'till', 'console']) }),
  link: z.strictObject({ replica, state: z.enum(['up', 'down']) }),
  one: z.strictObject({ replica }),
  flood: z.strictObject({ sku: z.string().min(1).max(64) }),
};

export class Lab {
  readonly #fleet: Fleet;
  readonly #credentials: readonly FleetCredential[];
  readonly #copies = new Map<string, Copies>();
  readonly #cut = new Set<string>();
  readonly #app: FastifyInstance;
  #key = '';
  #flooding: ReturnType<typeof flood> | undefined;

  constructor(fleet: Fleet, credentials: readonly FleetCredential[]) {
    this.#fleet = fleet;
    this.#credentials = credentials;
    this.#app = createApp(createLog('lab', 'warn'));
    this.#routes();
  }

  /**
   * @param url where it listens, with the key behind a #: whoever calls without it, such as a page of elsewhere, gets nothing
   * @returns the same, with the port that it got where that was 0
   */
  async start(url: string): Promise<string> {
    const { port, hash } = new URL(url);
    this.#key = hash.slice(1);
    const { dataDir, replicas } = this.#fleet.plan;
    for (const { id, kind } of replicas)
      if (kind === 'terminal') this.#copies.set(id, new Copies(join(dataDir, id), this.#processOf(id)));
    this.#app.addHook('onRequest', async ({ headers }) => {
      if (headers[LAB_KEY_HEADER] !== this.#key)
        throw new Problem('forbidden', 'The lab answers its regions alone.');
    });
    await listen(this.#app, '127.0.0.1', Number(port));
    const { port: bound } = this.#app.server.address() as { port: number };
    return `http://127.0.0.1:${bound}${hash}`;
  }

  async stop(): Promise<void> {
    await this.#app.close();
    for (const copies of this.#copies.values()) copies.stop();
  }

  #routes(): void {
    const app = this.#app;
    app.get('/lab/state', async () => this.#state());
    app.post('/lab/sign-in', async ({ body }) => {
      const { screen } = parse(bodies.signIn, body);
      return { token: await this.#tokenFor(screen) };
    });
    app.post('/lab/till', async () => this.#newTill());
    app.post('/lab/link', async ({ body }) => {
      const { replica: id, state } = parse(bodies.link, body);
      await this.#link(id, state);
      return this.#state();
    });
    app.post('/lab/kill', async ({ body }) => {
      this.#processOf(parse(bodies.one, body).replica).kill();
      return this.#state();
    });
    app.post('/lab/rewind', async ({ body }) => {
      const { replica: id } = parse(bodies.one, body);
      const copies = this.#copies.get(id);
      if (copies?.oldestMs === undefined) throw new Problem('not_found', `No copy of ${id} was made yet.`);
      this.#processOf(id).whileDead(() => copies.putBack());
      return this.#state();
    });
    app.post('/lab/flood', async ({ body }) => {
      const { sku } = parse(bodies.flood, body);
      if (this.#flooding !== undefined) throw new Problem('overloaded', 'A flood is under way. Wait for it.');
      this.#flooding = this.#tokenFor('console').then((token) => flood(this.#fleet, token, sku));
      return this.#flooding.finally(() => {
        this.#flooding = undefined;
      });
    });
  }

  #state() {
    return {
      replicas: this.#fleet.plan.replicas.map(({ id, kind }) => ({
        id,
        kind,
        isCut: this.#cut.has(id),
        copyFrom: timeOf(this.#copies.get(id)?.oldestMs),
      })),
    };
  }

  /** A till for the browser that asks: a replica of its own, at the counter in Berlin. */
  async #newTill() {
    const id = `berlin-page-${randomBytes(2).toString('hex')}`;
    const code = await this.#fleet.operator.addReplica({
      id,
      kind: 'terminal',
      parent: 'berlin',
      location: 'berlin',
    });
    const link = `${this.#fleet.url('berlin').replace('http', 'ws')}/link`;
    return { id, code, link, signIn: 'required' as const, hint: `On this machine: ${CASHIERS_TEXT}.` };
  }

  async #link(id: string, state: 'up' | 'down'): Promise<void> {
    const found = this.#fleet.plan.replicas.find((each) => each.id === id);
    if (found === undefined) throw new Problem('not_found', `There is no line of ${id} to cut.`);
    const path = found.kind === 'region' ? LAB_LINE_PATH : '/v1/link';
    const response = await fetch(new URL(path, this.#fleet.url(id)), {
      method: 'PUT',
      headers: { 'content-type': 'application/json', [LAB_KEY_HEADER]: this.#key },
      body: JSON.stringify({ state }),
    }).catch(() => undefined);
    if (response?.ok !== true) throw new Problem('overloaded', `${id} does not answer now.`);
    if (state === 'down') this.#cut.add(id);
    else this.#cut.delete(id);
  }

  #processOf(id: string) {
    const process = id === 'authority' ? undefined : this.#fleet.processes.get(id);
    if (process === undefined) throw new Problem('not_found', `No replica is called ${id}.`);
    // Started again, it links by itself.
    this.#cut.delete(id);
    return process;
  }

  async #tokenFor(screen: keyof typeof SCREENS): Promise<string> {
    const { role, scope } = SCREENS[screen];
    const credential = this.#credentials.find((each) => each.role === role);
    if (credential === undefined)
      throw new Problem('not_found', `This fleet has no credential for ${screen}.`);
    return tokenFrom(this.#fleet.url('eu'), credential, scope);
  }
}

function timeOf(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
