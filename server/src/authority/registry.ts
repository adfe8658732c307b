/**
 * Registry: which replicas there may be, and how a new device becomes one.
 *
 * An operator adds a replica and gets a code to type into the device. The device
 * makes its own key and trades the code for its enrolment, once. The books keep
 * a hash of the code and the public key: nothing that lets anyone in.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { ReplicaId, ReplicaKind } from '@tallystick/crdt';
import type pg from 'pg';
import { queryAsAsked } from './in-one-go.ts';

export interface NewReplica {
  readonly id: ReplicaId;
  readonly kind: Exclude<ReplicaKind, 'authority'>;
  readonly parent: ReplicaId;
  readonly location: string | null;
  readonly codeTtlMs: number;
}

export type Added =
  | { readonly ok: true; readonly code: string; readonly expiresAtMs: number }
  | { readonly ok: false; readonly message: string };

/** The root has no entry of its own: these books are its registry. */
export const ROOT = 'authority';

/** Who stands at a counter or a door has nobody below. */
export const LEAVES: readonly ReplicaKind[] = ['terminal', 'channel'];

/**
 * Adds a replica, or gives one that is known a new code (its device or its key was lost).
 * Only the newest code of a replica works.
 */
export async function addReplica(pool: pg.Pool, replica: NewReplica): Promise<Added> {
  if (replica.id === ROOT)
    return { ok: false, message: `${ROOT} is what every fleet calls its own root. Choose another id.` };
  const code = newCode();
  const { rows } = await queryAsAsked<{ expires_at_ms: number }>(
    pool,
    `insert into tallystick.replicas as r
        (id, kind, parent, location, enrol_code_hash, code_expires_at, status)
      select $1, $2, $3, $4, $5, now() + $6 * interval '1 millisecond', 'expected'
        where $3 = '${ROOT}'
          or exists (
            select from tallystick.replicas p where p.id = $3 and p.status <> 'retired' and p.kind <> all ($7)
          )
      on conflict (id) do update set
        enrol_code_hash = excluded.enrol_code_hash, code_expires_at = excluded.code_expires_at,
        code_used_at = null
        where r.status <> 'retired' and r.kind = excluded.kind and r.parent = excluded.parent
          and r.location is not distinct from excluded.location
      returning round(extract(epoch from code_expires_at) * 1000)::bigint as expires_at_ms`,
    [replica.id, replica.kind, replica.parent, replica.location, hashOf(code), replica.codeTtlMs, LEAVES],
  );
  const expiresAtMs = rows[0]?.expires_at_ms;
  if (expiresAtMs !== undefined) return { ok: true, code, expiresAtMs };
  return { ok: false, message: await whyNot(pool, replica) };
}

/** In words, for the operator who asked. */
async function whyNot(pool: pg.Pool, { id, kind, parent, location }: NewReplica): Promise<string> {
  const { rows } = await pool.query<
    Pick<RegisteredReplica, 'id' | 'kind' | 'parent' | 'location' | 'status'>
  >('select id, kind, parent, location, status from tallystick.replicas where id = any($1)', [[id, parent]]);
  const there = rows.find((row) => row.id === id);
  const above = rows.find((row) => row.id === parent);
  if (there?.status === 'retired')
    return `${id} was retired, and its id is never given again. Choose another.`;
  if (parent !== ROOT && above === undefined)
    return `${id} cannot be added: no replica is called ${parent}. Add its parent first, or name one that is there.`;
  if (there?.kind === kind && there.location === location && there.parent !== parent)
    return `${id} is there already, under ${there.parent}. To give it to ${parent}: tallystick move ${id} --to ${parent} --operator NAME`;
  if (above?.status === 'retired')
    return `${id} cannot be added: its parent ${parent} was retired. Name one that is there.`;
  if (above !== undefined && LEAVES.includes(above.kind))
    return `${id} cannot be added: ${parent} is a ${above.kind}, and has nobody below it. Name its own parent.`;
  if (there === undefined) return `${id} cannot be added at this moment. Try again.`;
  const at = (place: string | null) => (place === null ? 'without a location' : `at ${place}`);
  return (
    `${id} is there already: a ${there.kind} under ${there.parent}, ${at(there.location)}; asked was a ${kind} under ` +
    `${parent}, ${at(location)}. Ask for a new code with what it is, or choose another id.`
  );
}

export interface Enrolment {
  readonly replica: ReplicaId;
  readonly code: string;
  /** Through whom the device asks; it must be the parent that it was added under. */
  readonly parent: ReplicaId;
  /** SPKI, DER. */
  readonly publicKey: Uint8Array;
}

export type Enrolled =
  | { readonly ok: true; readonly kind: NewReplica['kind']; readonly location: string | null }
  | { readonly ok: false; readonly message: string };

/** Trades a code for an enrolment, once. The same key with the same code is the same device asking again. */
export async function enrolReplica(pool: pg.Pool, ask: Enrolment): Promise<Enrolled> {
  const { rows } = await queryAsAsked<{ kind: NewReplica['kind']; location: string | null }>(
    pool,
    `update tallystick.replicas
      set public_key = $4, status = 'enrolled', code_used_at = coalesce(code_used_at, now())
      where id = $1 and enrol_code_hash = $2 and parent = $3 and status <> 'retired'
        and case when code_used_at is null then code_expires_at > now() else public_key = $4 end
      returning kind, location`,
    [ask.replica, hashOf(ask.code), ask.parent, Buffer.from(ask.publicKey)],
  );
  const [enrolled] = rows;
  if (enrolled !== undefined) return { ok: true, kind: enrolled.kind, location: enrolled.location };
  // One answer for all: whoever guesses learns nothing from it.
  return { ok: false, message: 'The code is wrong, used or expired, or belongs under another parent.' };
}

export interface RegisteredReplica {
  readonly id: ReplicaId;
  readonly kind: NewReplica['kind'];
  readonly parent: ReplicaId;
  readonly location: string | null;
  readonly status: 'expected' | 'enrolled' | 'retired';
  /** While a code waits to be used. */
  readonly codeExpiresAt: Date | null;
  readonly createdAt: Date;
}

export async function listReplicas(pool: pg.Pool): Promise<RegisteredReplica[]> {
  const { rows } = await pool.query<RegisteredReplica>(
    `select id, kind, parent, location, status, created_at as "createdAt",
        case when code_used_at is null and status <> 'retired' then code_expires_at end as "codeExpiresAt"
      from tallystick.replicas order by id`,
  );
  return rows;
}

/** Its key opens no link any more, and its id is not given again. */
export async function markRetired(pool: pg.Pool, replica: ReplicaId): Promise<void> {
  await queryAsAsked(
    pool,
    `update tallystick.replicas set status = 'retired' where id = $1 and status <> 'retired'`,
    [replica],
  );
}

/** No letters that are read for another: 32 of them, five bits each. */
const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** A hundred random bits in groups of five, to be read out and typed. */
function newCode(): string {
  const letters = [...randomBytes(20)].map((byte) => LETTERS[byte % 32]).join('');
  return letters.replace(/(.{5})(?=.)/g, '$1-');
}

/** As somebody typed it. */
function readCode(code: string): string {
  return code.toUpperCase().replace(/[^A-Z0-9]/g, '');
}

function hashOf(code: string): Buffer {
  return createHash('sha256').update(readCode(code)).digest();
}
