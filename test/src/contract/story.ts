/**
 * Story: several clients at once over a bad line. Answers are lost, requests come twice at the
 * same moment; each client asks again until it hears. In the end the books say what the paper says.
 */
import { until, verifyChains } from '@tallystick/server/test-kit';
import { Prng } from '../sim/prng.ts';
import { parsedJson } from './check-answer.ts';
import { type Act, type Client, drawAct } from './client-acts.ts';
import type { JsonObject } from './json.ts';
import { type ModelLine, PlainModel } from './plain-model.ts';
import type { Request } from './request.ts';
import { type Said, Sender } from './send.ts';
import { PLACES, type Town } from './town.ts';

const CLIENTS = 4;
/** So few that most clients meet empty shelves. */
const OPENING = 12;
/** Nobody sleeps between two asks: each takes a few milliseconds, and what is waited for less than a second. */
const ASKS_MAX = 2_000;
/** An answer is on its way within this; some requests are broken off before, some after. */
const LOST_MS_MAX = 12;

export interface StoryTally {
  readonly seed: number;
  /** By kind: how many were answered with a yes, and how many with a no. */
  readonly acts: Record<string, { yes: number; no: number }>;
  lost: number;
  doubles: number;
  /** What the books say and the paper does not. */
  readonly differences: string[];
}

export async function tellStory(town: Town, seed: number, acts: number): Promise<StoryTally> {
  const model = new PlainModel();
  const skus = await stock(town, seed, model);
  const tally: StoryTally = { seed, acts: {}, lost: 0, doubles: 0, differences: [] };
  const sender = new Sender(town.url, town.authorization);
  const clients = Array.from({ length: CLIENTS }, (_, i): Client => {
    const name = `s${seed}-c${i}`;
    return { name, prng: new Prng(seed, name), model, orders: [], holds: [], skus, places: PLACES, made: 0 };
  });
  try {
    await Promise.all(
      clients.map(async (client) => {
        for (let i = 0; i < acts / CLIENTS; i += 1) await carryOut(sender, client, drawAct(client), tally);
      }),
    );
  } finally {
    sender.close();
  }
  tally.differences.push(...(await differences(town, model, skus, `s${seed}-`)));
  return tally;
}

/** Two products of its own, so that stories do not meet. */
async function stock(town: Town, seed: number, model: PlainModel): Promise<readonly string[]> {
  const skus = [`S${seed}-A`, `S${seed}-B`];
  for (const sku of skus) {
    await posted(town, '/v1/products', { sku, names: { en: sku }, prices: { EUR: 100 } });
    const lines = PLACES.map((locationId) => ({ sku, locationId, quantity: OPENING }));
    await posted(town, '/v1/inventory/adjustments', { id: `open-${sku}`, type: 'receive', lines });
    for (const place of PLACES) model.put(sku, place, OPENING);
  }
  return skus;
}

async function posted(town: Town, path: string, body: JsonObject): Promise<void> {
  const headers = { 'content-type': 'application/json', authorization: town.authorization };
  const response = await fetch(`${town.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
}

async function carryOut(sender: Sender, client: Client, act: Act, tally: StoryTally): Promise<void> {
  const request: Request = {
    callId: act.kind,
    method: act.method,
    path: act.path,
    query: [],
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(act.body),
    twists: [],
  };
  const fate = client.prng.weighted({ plain: 6, lost: 3, double: 3 });
  if (fate === 'lost') {
    tally.lost += 1;
    await sender.send(request, AbortSignal.timeout(client.prng.below(LOST_MS_MAX))).catch(() => undefined);
  }
  if (fate === 'double') tally.doubles += 1;
  const heard = await Promise.all(
    Array.from({ length: fate === 'double' ? 2 : 1 }, () => ask(sender, request)),
  );
  const yes = heard.find(({ status }) => status < 300);
  const counts = tally.acts[act.kind] ?? { yes: 0, no: 0 };
  tally.acts[act.kind] = counts;
  if (yes === undefined) counts.no += 1;
  else {
    counts.yes += 1;
    // Of a batch in parts, one of two doubles may have placed what the other could not.
    for (const { status, text } of heard) if (status === 207) act.done(parsedJson(text)?.value as JsonObject);
    if (yes.status !== 207) act.done(parsedJson(yes.text)?.value as JsonObject);
  }
  for (const { status, text } of heard)
    if (status >= 500) tally.differences.push(`${act.kind}: ${status} ${text}`);
  if (yes !== undefined && heard.some(({ status }) => status !== yes.status) && !mayDiffer(act))
    tally.differences.push(
      `${act.kind}: the doubles were told ${heard.map(({ status, text }) => `${status} ${text}`).join(' and ')}`,
    );
}

/** Until it is neither "not now" nor "wait". */
async function ask(sender: Sender, request: Request): Promise<Said> {
  for (let asked = 1; ; asked += 1) {
    const said = (await sender.send(request)) as Said;
    const isLater = said.status === 503 || said.status === 429 || said.text.includes('"request_under_way"');
    if (!isLater || asked >= ASKS_MAX) return said;
  }
}

/** Where goods came between the two, the first may be told no and the second yes; never one of them twice. */
function mayDiffer({ kind }: Act): boolean {
  return ['order', 'hold', 'batch', 'partial batch', 'damage', 'count', 'ship'].includes(kind);
}

interface Shelf {
  readonly pool: string;
  readonly on_hand: number;
  readonly available: number;
}
interface Line {
  readonly line: string;
}

async function differences(
  town: Town,
  model: PlainModel,
  skus: readonly string[],
  prefix: string,
): Promise<string[]> {
  const { pool } = (town.fleet.authorities[0] as (typeof town.fleet.authorities)[number]).authority;
  const shelves = [...model.available()]
    .map(([name, available]) => `${name}: ${model.onHand.get(name)} on hand, ${available} available`)
    .sort();
  const lines = [...model.orders]
    .flatMap(([id, order]) => [...order].map(([lineId, line]) => lineWords(id, lineId, line)))
    .sort();
  const readShelves = async () => {
    const { rows } = await pool.query<Shelf>(
      `select pool, (sum(received) - sum(departed))::int as on_hand,
        (sum(received) + sum(reinstated) - sum(used) - sum(opened) + sum(closed)
          - sum(owed) + sum(repaid))::int as available
       from tallystick.rows where sku = any($1) group by pool`,
      [skus],
    );
    return rows
      .map(({ pool: name, on_hand, available }) => `${name}: ${on_hand} on hand, ${available} available`)
      .sort();
  };
  const readLines = async () => {
    const { rows } = await pool.query<Line>(
      `select order_id || ' ' || line_id || ': ' || quantity || ' of ' || sku || '@' || location || ', ' || cancelled ||
        ' cancelled, ' || shipped || ' shipped, ' || returned || ' returned' as line
       from tallystick.order_lines where starts_with(order_id, $1)`,
      [prefix],
    );
    return rows.map(({ line }) => line).sort();
  };
  const isSame = async () =>
    `${await readShelves()}` === `${shelves}` && `${await readLines()}` === `${lines}`;
  const found: string[] = [];
  await until(isSame, 'the books agree').catch(async () => {
    found.push(
      ...missing('the books say', await readShelves(), shelves),
      ...missing('the books say', await readLines(), lines),
    );
  });
  for (const [name, left] of model.available()) {
    if (left < -(model.broken.get(name) ?? 0)) found.push(`${name} is oversold by ${-left}`);
  }
  const { rows } = await pool.query<{ what: string }>(
    `select 'the same twice: ' || kind || ' ' || id as what from tallystick.duplicates
     union all select 'in quarantine: ' || writer || ' ' || seq || ' ' || reason from tallystick.quarantine`,
  );
  found.push(...rows.map(({ what }) => what));
  return [...found, ...(await verifyChains(pool)).problems];
}

function lineWords(id: string, lineId: string, line: ModelLine): string {
  const { quantity, sku, locationId, cancelled, shipped, returned } = line;
  return `${id} ${lineId}: ${quantity} of ${sku}@${locationId}, ${cancelled} cancelled, ${shipped} shipped, ${returned} returned`;
}

function missing(who: string, theirs: readonly string[], ours: readonly string[]): string[] {
  return [
    ...theirs.filter((each) => !ours.includes(each)).map((each) => `${who} ${each}`),
    ...ours.filter((each) => !theirs.includes(each)).map((each) => `the paper says ${each}`),
  ];
}
