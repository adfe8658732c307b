/**
 * Tenants: one business client tries everything on another's things, with all the ids it could ever find out.
 *
 * The victim places orders, opens holds and registers customers, each with words in it that stand nowhere else. Then
 * the thief, signed in as another client, sends requests with the victim's ids in every place where an id may stand.
 * No answer may say one of the words; none may differ from the answer about a thing that never was; and in the
 * end the victim reads what it read in the beginning.
 */
import { randomUUID } from 'node:crypto';
import { Prng } from '../sim/prng.ts';
import type { Json, JsonObject } from './json.ts';
import { type Said, Sender } from './send.ts';
import type { Town } from './town.ts';

const VICTIM = 'hooli';
const THIEF = 'initech';
/** Of each kind. */
const THINGS = 12;
/** Attempts under way at once. */
const AT_ONCE = 16;

export interface TenantsTally {
  readonly seed: number;
  attempts: number;
  /** By method and path. */
  readonly calls: Record<string, number>;
  readonly statuses: Record<string, number>;
  readonly findings: string[];
}

type Kind = 'orders' | 'holds' | 'customers';
interface Thing {
  readonly kind: Kind;
  readonly id: string;
}

interface Attempt {
  readonly method: string;
  /** With the victim's id, or another in its place. */
  readonly make: (id: string) => {
    path: string;
    query?: [string, string][];
    headers?: JsonObject;
    body?: Json;
  };
  /** Whether it makes something under the id, which is another matter where the id is free. */
  readonly makes?: boolean;
}

export class Tenants {
  readonly #town: Town;
  readonly #prng: Prng;
  readonly #victim: Sender;
  readonly #thief: Sender;
  readonly #things: Thing[] = [];
  readonly #words = new Set<string>();
  #before = '';
  readonly tally: TenantsTally;

  private constructor(town: Town, seed: number, victim: string, thief: string) {
    this.#town = town;
    this.#prng = new Prng(seed, 'tenants');
    this.#victim = new Sender(town.url, `Bearer ${victim}`);
    this.#thief = new Sender(town.url, `Bearer ${thief}`);
    this.tally = { seed, attempts: 0, calls: {}, statuses: {}, findings: [] };
  }

  static async begin(town: Town, seed: number): Promise<Tenants> {
    for (const client of [VICTIM, THIEF]) await town.fleet.addClient(client);
    const [victim, thief] = [VICTIM, THIEF].map((client) => town.fleet.token('eu', 'client', client));
    const tenants = new Tenants(town, seed, (await victim) as string, (await thief) as string);
    for (let i = 0; i < THINGS; i += 1) await tenants.#own(i);
    await tenants.#settled();
    tenants.#before = await tenants.#read();
    return tenants;
  }

  /** An order, a hold and a customer, named as clients name them: by UUIDs, or under their own prefix. */
  async #own(i: number): Promise<void> {
    const name = () => (i % 2 === 0 ? randomUUID() : `${VICTIM}:${this.tally.seed}-${i}-${this.#prng.u32()}`);
    const word = () => {
      const made = `w${randomUUID().replaceAll('-', '')}`;
      this.#words.add(made);
      return made;
    };
    const lines = [{ lineId: 'a', sku: 'MUG', quantity: 1, locationId: 'depot' }];
    const payments = [{ method: 'invoice', amountMinor: 1_000, currency: 'EUR', reference: word() }];
    const made: [Kind, JsonObject][] = [
      ['orders', { id: name(), lines, note: word(), customer: word(), payments, waitMs: 10_000 }],
      [
        'holds',
        { id: name(), lines: lines.map(({ lineId: _, ...line }) => line), ttlMs: 86_400_000, waitMs: 10_000 },
      ],
      ['customers', { id: name(), name: word(), email: `${word()}@example.org` }],
    ];
    for (const [kind, body] of made) {
      const said = await this.#send(this.#victim, 'POST', { path: `/v1/${kind}`, body });
      if (said.status !== 201) throw new Error(`the victim's own: ${said.status} ${said.text}`);
      this.#things.push({ kind, id: body.id as string });
    }
  }

  /** The books know them too: then both places are asked. */
  async #settled(): Promise<void> {
    for (;;) {
      const { text } = await this.#send(this.#victim, 'GET', {
        path: '/v1/orders',
        query: [['limit', '250']],
      });
      if ((JSON.parse(text) as { items: unknown[] }).items.length >= THINGS) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async #read(): Promise<string> {
    const read = this.#things.map(({ kind, id }) =>
      this.#send(this.#victim, 'GET', { path: `/v1/${kind}/${encodeURIComponent(id)}` }),
    );
    return (await Promise.all(read)).map(({ status, text }) => `${status} ${text}`).join('\n');
  }

  async go(attempts: number): Promise<TenantsTally> {
    const end = this.tally.attempts + attempts;
    const walk = async () => {
      while (this.tally.attempts < end) {
        this.tally.attempts += 1;
        await this.#attempt();
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, walk));
    if ((await this.#read()) !== this.#before) this.#found('the victim’s things are not what they were');
    return this.tally;
  }

  async #attempt(): Promise<void> {
    const thing = this.#prng.pick(this.#things);
    const isElsewhere = this.#prng.u32() % 4 === 0;
    const attempts = (isElsewhere ? attemptsElsewhere : attemptsOn)(thing.kind, this.#prng);
    const attempt = this.#prng.pick(attempts);
    const asked = attempt.make(thing.id);
    const said = await this.#send(this.#thief, attempt.method, asked);
    const name = `${attempt.method} ${asked.path.replace(encodeURIComponent(thing.id), '{id}')}`;
    this.tally.calls[name] = (this.tally.calls[name] ?? 0) + 1;
    this.tally.statuses[said.status] = (this.tally.statuses[said.status] ?? 0) + 1;
    const all = `${said.text} ${JSON.stringify(said.headers)}`;
    for (const word of this.#words) if (all.includes(word)) this.#found(`${name} tells: ${said.status}`);
    if (said.status >= 500 && said.status !== 503) this.#found(`${name}: ${said.status}`);
    const ghost = thing.id.includes(':') ? `${VICTIM}:ghost-${this.#prng.u32()}` : randomUUID();
    if (attempt.makes === true && !thing.id.includes(':')) return;
    const other = await this.#send(this.#thief, attempt.method, attempt.make(ghost));
    if (
      said.text.replaceAll(thing.id, '') !== other.text.replaceAll(ghost, '') ||
      said.status !== other.status
    )
      this.#found(
        `${name} tells that it is there: ${said.status} ${said.text.slice(0, 200)}, else ${other.status}`,
      );
  }

  #found(what: string): void {
    if (!this.tally.findings.includes(what) && this.tally.findings.length < 50)
      this.tally.findings.push(what);
  }

  async #send(
    sender: Sender,
    method: string,
    { path, query = [], headers = {}, body }: ReturnType<Attempt['make']>,
  ): Promise<Said> {
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const said = await sender.send({
      callId: '',
      method,
      path,
      query,
      headers: { ...type, ...(headers as Record<string, string>) },
      body: body === undefined ? undefined : JSON.stringify(body),
      twists: [],
    });
    return said as Said;
  }

  close(): void {
    this.#victim.close();
    this.#thief.close();
  }

  get url(): string {
    return this.#town.url;
  }
}

/** Doors that are not a client's, with an id in every place that takes one. */
function attemptsElsewhere(kind: Kind, prng: Prng): Attempt[] {
  const get = (path: string, query: (id: string) => [string, string][] = () => []): Attempt => ({
    method: 'GET',
    make: (id) => ({ path: path.replace('{id}', encodeURIComponent(id)), query: query(id) }),
  });
  const post = (path: string, body: JsonObject): Attempt => ({
    method: 'POST',
    make: (id) => ({ path: path.replace('{id}', encodeURIComponent(id)), body }),
  });
  return [
    get('/v1/events', (id) => [['subject', id]]),
    get('/v1/events/stream', (id) => [['subject', id]]),
    get('/v1/audit', (id) => [
      ['kind', kind],
      ['id', id],
    ]),
    get('/v1/journal'),
    get('/v1/webhooks/{id}'),
    get('/v1/webhooks/{id}/deliveries'),
    get('/v1/credentials'),
    get(`/v1/clients/${VICTIM}`),
    get('/v1/customers/{id}/export'),
    get('/v1/carts/{id}'),
    get('/v1/shapes/orders', (id) => [['where', `id = '${id}'`]]),
    post('/v1/customers/{id}/erase', {}),
    post('/v1/carts/{id}/checkout', {}),
    {
      method: 'PATCH',
      make: () => ({
        path: `/v1/clients/${VICTIM}`,
        headers: prng.pick<JsonObject>([{}, { 'if-match': '*' }]),
        body: { name: 'Mallory' },
      }),
    },
  ];
}

/** Every way in that a client has, with an id in every place that takes one. */
function attemptsOn(kind: Kind, prng: Prng): Attempt[] {
  const at = (id: string, more = '') => ({ path: `/v1/${kind}/${encodeURIComponent(id)}${more}` });
  const lines = [{ lineId: 'a', sku: 'MUG', quantity: prng.pick([1, 1, 2]), locationId: 'depot' }];
  const held = lines.map(({ lineId: _, ...line }) => line);
  const ifMatch = prng.pick<JsonObject>([{}, { 'if-match': '*' }, { 'if-match': '"1"' }]);
  const cursor = (text: string) => Buffer.from(text).toString('base64url');
  const order = (id: string) => ({ id, lines, waitMs: 0 });
  const list = (name: string, value: (id: string) => string): Attempt => ({
    method: 'GET',
    make: (id) => ({ path: '/v1/orders', query: [[name, value(id)]] }),
  });
  switch (kind) {
    case 'orders':
      return [
        { method: 'GET', make: (id) => at(id) },
        { method: 'GET', make: (id) => ({ ...at(id), headers: { 'if-none-match': '*' } }) },
        {
          method: 'POST',
          make: (id) => ({ ...at(id, '/cancel'), body: prng.pick<JsonObject>([{}, { lineIds: ['a'] }]) }),
        },
        { method: 'POST', make: (id) => ({ ...at(id, '/shipments'), body: { id: 's' } }) },
        { method: 'POST', make: (id) => ({ ...at(id, '/returns'), body: { id: 'r' } }) },
        { method: 'PUT', make: (id) => ({ ...at(id, '/status'), body: { status: 'cancelled' } }) },
        { method: 'POST', makes: true, make: (id) => ({ path: '/v1/orders', body: order(id) }) },
        { method: 'POST', make: (id) => ({ path: '/v1/orders', body: { ...order(id), client: VICTIM } }) },
        {
          method: 'POST',
          makes: true,
          make: (id) => ({ path: '/v1/orders/batch', body: { orders: [order(id)], waitMs: 0 } }),
        },
        {
          method: 'POST',
          makes: true,
          make: (id) => ({
            path: '/v1/orders/batch',
            query: [['partial', 'true']],
            body: { orders: [order(id)], waitMs: 0 },
          }),
        },
        list('client', () => VICTIM),
        list('cursor', (id) => cursor(`99999999999999 ${id}`)),
        list('customer', (id) => id),
        { method: 'GET', make: () => ({ path: '/v1/orders', query: [['limit', '250']] }) },
        {
          method: 'POST',
          make: (id) => ({
            path: '/v1/inventory/adjustments',
            body: { id: 'x', type: 'return', orderId: id, lines },
          }),
        },
      ];
    case 'holds':
      return [
        { method: 'GET', make: (id) => at(id) },
        { method: 'DELETE', make: (id) => at(id) },
        { method: 'POST', make: (id) => ({ ...at(id, '/extend'), body: { ttlMs: 1_000 } }) },
        { method: 'POST', make: (id) => ({ ...at(id, '/confirm'), body: {} }) },
        { method: 'POST', make: (id) => ({ ...at(id, '/release') }) },
        {
          method: 'POST',
          makes: true,
          make: (id) => ({ path: '/v1/holds', body: { id, lines: held, ttlMs: 1_000, waitMs: 0 } }),
        },
      ];
    case 'customers':
      return [
        { method: 'GET', make: (id) => at(id) },
        { method: 'PATCH', make: (id) => ({ ...at(id), headers: ifMatch, body: { name: 'Mallory' } }) },
        {
          method: 'POST',
          makes: true,
          make: (id) => ({ path: '/v1/customers', body: { id, name: 'Mallory' } }),
        },
        list('customer', (id) => id),
      ];
    default:
      return kind satisfies never;
  }
}
