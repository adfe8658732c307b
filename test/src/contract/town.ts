/** Town: a region with two keepers below it and the books above, run for real, and watched from the inside. */

import { TestFleet, until } from '@tallystick/server/test-kit';
import type { Agent } from '@tallystick/store-agent';

/** What clients ask for; rights that move between replicas and holds that expire are nobody's request. */
const ASKED = new Set([
  'sold',
  'held',
  'extended',
  'capturing',
  'confirmed',
  'released',
  'cancelled',
  'received',
  'returned',
  'shipped',
  'counted',
  'lost',
  'marked',
]);
/** Tables that the journals fill, at once or a moment later, and those that remember requests and not what they did. */
const NOT_WATCHED =
  /^(books|writers|runs|rows|documents|duplicates|holds|quarantine|orders|sold_lines|line_progress|outbox|feed|feed_jumps|stock_levels|webhook_endpoints|webhook_deliveries|removed_webhooks|replicas|moves|replica_links|audit|audit_head|anchored|movements|movements_written)$|idempot|requests|limits/;

/** Of each, at each place. */
const OPENING = 100_000;
export const SKUS = ['LAMP', 'MUG'] as const;
export const PLACES = ['depot', 'berlin'] as const;

export class Town {
  readonly fleet: TestFleet;
  readonly #seen = new Map<string, number>();
  #tables: readonly string[] = [];
  #digest = '';
  #token = '';

  private constructor(fleet: TestFleet) {
    this.fleet = fleet;
  }

  /** @param opening units of each product at each place */
  static async open(database: Parameters<TestFleet['open']>[0], opening = OPENING): Promise<Town> {
    const fleet = new TestFleet();
    const town = new Town(fleet);
    try {
      await fleet.open(database);
      fleet.signIn = 'required';
      await fleet.add('eu', 'region', 'authority', null);
      await fleet.add('depot', 'warehouse', 'eu', 'depot');
      await fleet.add('berlin', 'store', 'eu', 'berlin');
      const lines = SKUS.map((sku) => ({ sku, quantity: opening }));
      for (const place of PLACES) await fleet.post(place, '/v1/receipts', { id: `opening-${place}`, lines });
      await until(async () => (await fetch(`${town.url}/readyz`)).ok, 'the region is ready');
      town.#token = await fleet.token('eu', 'operator');
      const { catalogue } = (fleet.served.get('eu') as { agent: Agent }).agent;
      await until(() => catalogue.bodies('signing-key', '', 1).length > 0, 'its signing key is in the books');
    } catch (error) {
      await fleet.stop();
      throw error;
    }
    return town;
  }

  get url(): string {
    return this.fleet.served.get('eu')?.url as string;
  }

  /** What every request of an operator carries. */
  get authorization(): string {
    return `Bearer ${this.#token}`;
  }

  get agents(): readonly Agent[] {
    return [...this.fleet.served.values()].map(({ agent }) => agent);
  }

  /** What clients' requests have changed since this was asked last, in words. */
  async changes(): Promise<readonly string[]> {
    return [...this.agents.flatMap((agent) => this.#entries(agent)), ...(await this.#catalogue())];
  }

  #entries(agent: Agent): string[] {
    const { ledger } = agent.engine.replica;
    const { writer, head } = ledger.self;
    const found = new Map<string, string>();
    for (let seq = (this.#seen.get(writer) ?? 0) + 1; seq <= head.seq; seq += 1) {
      const entry = ledger.entryAt(writer, seq);
      if (entry === undefined || !ASKED.has(entry.body.type)) continue;
      if (entry.body.type === 'released' && entry.body.cause === 'expired') continue;
      // R4: what a refused batch set aside while it waited and gave back is as if it had never been.
      if (entry.body.type === 'released' && found.delete(`held ${entry.body.holdId}`)) continue;
      const key = entry.body.type === 'held' ? `held ${entry.body.holdId}` : String(seq);
      found.set(key, `${agent.id}: ${entry.body.type} ${entry.docId}`);
    }
    this.#seen.set(writer, head.seq);
    return [...found.values()];
  }

  /** Every other table of the books: how many rows, and the newest transaction among them. */
  async #catalogue(): Promise<string[]> {
    const { pool } = (this.fleet.authorities[0] as (typeof this.fleet.authorities)[number]).authority;
    if (this.#tables.length === 0) {
      const { rows } = await pool.query<{ name: string }>(
        `select table_name as name from information_schema.tables where table_schema = 'tallystick' and table_type = 'BASE TABLE' order by 1`,
      );
      this.#tables = rows.map(({ name }) => name).filter((name) => !NOT_WATCHED.test(name));
    }
    const parts = this.#tables.map(
      (name) =>
        `select '${name}' as name, count(*)::text as n, coalesce(max(xmin::text::bigint), 0)::text as newest from tallystick."${name}"`,
    );
    const { rows } = await pool.query(parts.join(' union all '));
    const digest = JSON.stringify(rows);
    const isNew = this.#digest !== digest;
    this.#digest = digest;
    return isNew ? ['the catalogue'] : [];
  }

  async stop(): Promise<void> {
    await this.fleet.stop();
  }
}
