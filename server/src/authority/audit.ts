/** The trail in the books: read, anchored, and checked from its first entry (see the migration for what it says). */
import { hash as sha256 } from 'node:crypto';
import { ITEM_KINDS } from '@tallystick/store-agent';
import type pg from 'pg';
import { text } from './pg-text.ts';
import { pagesOf } from './read-ahead.ts';

export interface AuditEntry {
  readonly seq: number;
  /** Hex. */
  readonly hash: string;
  /** The very text that was hashed. */
  readonly entry: string;
}

/** The head of the trail as somebody else remembers it. */
export interface Anchor {
  readonly seq: number;
  /** Hex. */
  readonly hash: string;
}

/** With the columns by which it is found; the entry says the same. */
interface FiledEntry extends AuditEntry {
  readonly kind: string;
  readonly subject: string;
  readonly actor: string;
}

export interface AuditFilter {
  readonly kind?: string | undefined;
  readonly id?: string | undefined;
  readonly actor?: string | undefined;
}

const COLUMNS = `seq, encode(hash, 'hex') as hash, entry`;
const PER_READ = 5_000;
/** Writers of one anchor; more follow in the next. */
const HEADS_MAX = 1_000;

/** @param after the seq of the last entry of the page before */
export async function listAudit(
  pool: pg.Pool,
  { kind, id, actor }: AuditFilter,
  order: 'asc' | 'desc',
  after: number | undefined,
  limit: number,
): Promise<AuditEntry[]> {
  const values: unknown[] = [limit];
  const conditions = Object.entries({ kind, subject: id, actor }).flatMap(([column, value]) => {
    if (value === undefined) return [];
    values.push(text(value));
    return [`${column} = $${values.length}`];
  });
  if (after !== undefined) {
    values.push(after);
    conditions.push(`seq ${order === 'asc' ? '>' : '<'} $${values.length}`);
  }
  const { rows } = await pool.query<AuditEntry>(
    `select ${COLUMNS} from tallystick.audit
      ${conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`} order by seq ${order} limit $1`,
    values,
  );
  return rows;
}

export async function auditHead(pool: pg.Pool): Promise<Anchor> {
  const { rows } = await pool.query<Anchor>(
    `select seq, encode(hash, 'hex') as hash from tallystick.audit_head`,
  );
  return rows[0] as Anchor;
}

/** Puts the heads of all writers that have grown into the trail. */
export async function anchorHeads(pool: pg.Pool): Promise<void> {
  for (;;) {
    const { rows } = await pool.query<{ n: number }>('select tallystick.anchor_heads($1) as n', [HEADS_MAX]);
    if ((rows[0]?.n ?? 0) < HEADS_MAX) return;
  }
}

export interface AuditReport {
  readonly entries: number;
  /** Its last entry, for whoever keeps it somewhere else. */
  readonly head: Anchor;
  readonly problems: readonly string[];
  /** By writer, the newest head that the trail has of it. */
  readonly heads: ReadonlyMap<string, Anchor>;
}

/** @param anchors heads of the trail that others remember, which must still stand where they stood */
export async function verifyAudit(pool: pg.Pool, anchors: readonly Anchor[]): Promise<AuditReport> {
  const problems: string[] = [];
  const heads = new Map<string, Anchor>();
  const awaited = new Map(anchors.map(({ seq, hash }) => [seq, hash]));
  // What is written while this reads is the next run's matter.
  const head = await auditHead(pool);
  let at: Anchor = { seq: 0, hash: '0'.repeat(64) };
  const read = async (after: FiledEntry | undefined) => {
    const { rows } = await pool.query<FiledEntry>(
      `select ${COLUMNS}, kind, subject, actor from tallystick.audit where seq > $1 order by seq limit ${PER_READ}`,
      [after?.seq ?? 0],
    );
    return rows;
  };
  for await (const entries of pagesOf(read, PER_READ)) {
    for (const entry of entries) {
      if (entry.seq > head.seq) break;
      const said = readEntry(entry.entry);
      checkEntry(entry, said, at, problems);
      noteHeads(said, heads);
      const known = awaited.get(entry.seq);
      if (known !== undefined && known !== entry.hash)
        problems.push(`trail: entry ${entry.seq} is not the one that was kept elsewhere`);
      awaited.delete(entry.seq);
      at = entry;
    }
  }
  if (at.seq !== head.seq) problems.push(`trail: it ends at entry ${at.seq}, its head says ${head.seq}`);
  else if (at.hash !== head.hash) problems.push(`trail: the hash of entry ${at.seq} is not the head's`);
  const cutOff = [...awaited.keys()].filter((seq) => seq > head.seq);
  if (cutOff.length > 0)
    problems.push(
      `trail: entry ${Math.max(...cutOff)} was kept elsewhere, and it ends at ${head.seq}: cut off`,
    );
  problems.push(...(await changedItems(pool)), ...(await missingItems(pool)));
  return { entries: at.seq, head: { seq: at.seq, hash: at.hash }, problems, heads };
}

function checkEntry(
  { seq, hash, entry, kind, subject, actor }: FiledEntry,
  said: Said | undefined,
  before: Anchor,
  problems: string[],
): void {
  if (seq !== before.seq + 1) problems.push(`trail: entry ${before.seq + 1} is missing`);
  if (sha256('sha256', entry) !== hash) problems.push(`trail: entry ${seq} was changed`);
  else if (said?.seq !== seq)
    problems.push(`trail: entry ${seq} calls itself ${said?.seq ?? 'nothing'}: swapped`);
  else if (seq === before.seq + 1 && said.prevHash !== before.hash)
    problems.push(`trail: entry ${before.seq} was changed, or entry ${seq} does not belong behind it`);
  // Who looks for what became of a thing finds it by these.
  else if (said.kind !== kind || text(said.id) !== subject || said.actor !== actor)
    problems.push(`trail: entry ${seq} is filed as another's than it says`);
}

interface Said {
  readonly seq: number;
  readonly prevHash: string;
  readonly kind: string;
  readonly id: string;
  readonly actor: string;
  readonly what?: { readonly heads?: Readonly<Record<string, readonly [number, string]>> };
}

function readEntry(entry: string): Said | undefined {
  try {
    return JSON.parse(entry) as Said;
  } catch {
    return undefined;
  }
}

function noteHeads(said: Said | undefined, heads: Map<string, Anchor>): void {
  if (said?.kind !== 'heads') return;
  for (const [writer, [seq, hash]] of Object.entries(said.what?.heads ?? {}))
    heads.set(writer, { seq, hash });
}

/** Items of the catalogue that are not what the trail says they became: changed past it. */
async function changedItems(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ kind: string; id: string }>(
    `select c.kind, c.id from tallystick.catalogue c
        left join lateral (
          select a.entry::jsonb -> 'what' ->> 'bodyHash' as hash from tallystick.audit a
           where a.kind = c.kind and a.subject = c.id order by a.seq desc limit 1) a on true
      where a.hash is distinct from tallystick.json_hash(c.body)
      order by c.kind, c.id limit 100`,
  );
  return rows.map(({ kind, id }) => `catalogue: ${kind} ${id} is not what the trail says it became`);
}

/** Items that the trail has and the catalogue has not: one that is taken out by its door leaves an empty row behind. */
async function missingItems(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ kind: string; id: string }>(
    `select kind, subject as id from tallystick.audit where kind = any($1)
      except select kind, id from tallystick.catalogue order by kind, id limit 100`,
    [[...ITEM_KINDS]],
  );
  return rows.map(({ kind, id }) => `catalogue: ${kind} ${id} is missing, and the trail has it`);
}
