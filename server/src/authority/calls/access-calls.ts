/** Who may come in, written at the books alone: clients, credentials, and the regions' signing keys. */
import { Problem } from '@tallystick/store-agent';
import type pg from 'pg';
import { z } from 'zod';
import {
  type Client,
  type Credential,
  clientId,
  clientInput,
  credentialId,
  credentialInput,
  SECRETS_MAX,
  type SigningKey,
  signingKeyInput,
} from '../../access/items.ts';
import { putCatalogue } from '../catalogue.ts';
import { type Change, changeItems, outdated, type StoredItem } from '../catalogue-changes.ts';
import { askedAt } from '../who-asks.ts';
import { served } from './call.ts';
import { changeOne, created, isSame, patched } from './change-one.ts';

/** Two regions' worth of clocks, and the longest that an operator takes to roll a secret out. */
const OVERLAP_MINUTES_MAX = 43_200;
/** Of one region: this month's, the next, and what is left of the last. */
const KEYS_MAX = 8;

const version = z.int().min(0).nullable();
const patch = z.record(z.string(), z.unknown());
const secret = credentialInput.shape.secrets.element.pick({ id: true, hash: true });

export const ACCESS_CALLS = {
  'client.create': served({
    schema: z.strictObject({ call: z.literal('client.create'), client: clientInput }),
    serve: (authority, { client }) =>
      changeOne(authority, 'client', client.id, (stored) => created(stored, client)),
  }),
  'client.patch': served({
    schema: z.strictObject({ call: z.literal('client.patch'), id: clientId, patch, version }),
    serve: (authority, asked) =>
      changeOne(authority, 'client', asked.id, (stored) => {
        if (stored === undefined)
          return { refuse: 'not_found', message: `No client has the id ${asked.id}.` };
        const late = outdated(stored, asked.version);
        if (late !== undefined) return late;
        const client: Client = { ...patched(clientInput, stored.body, asked.patch), id: asked.id };
        return isSame(stored.body, client) ? { keep: stored } : { write: client };
      }),
  }),
  'credential.create': served({
    schema: z.strictObject({
      call: z.literal('credential.create'),
      credential: credentialInput.omit({ status: true, createdAtMs: true, secrets: true }),
      secret,
    }),
    serve: async (authority, asked) => {
      const { client } = asked.credential;
      if (client !== null && authority.catalogue.body('client', client) === undefined)
        throw new Problem('not_found', `No client has the id ${client}. Add it first.`);
      const nowMs = Date.now();
      const secrets = [{ ...asked.secret, createdAtMs: nowMs, expiresAtMs: null }];
      const credential: Credential = { ...asked.credential, status: 'active', createdAtMs: nowMs, secrets };
      return changeOne(authority, 'credential', credential.id, (stored) =>
        stored === undefined
          ? { write: credential }
          : {
              refuse: 'already_exists',
              message: 'There is a credential by this name. Rotate its secret for a new one.',
            },
      );
    },
  }),
  'credential.patch': served({
    schema: z.strictObject({
      call: z.literal('credential.patch'),
      id: credentialId,
      patch: z.strictObject({
        name: credentialInput.shape.name.optional(),
        addresses: credentialInput.shape.addresses.optional(),
        status: z.literal('revoked').optional(),
      }),
      version,
    }),
    serve: (authority, asked) =>
      changeOne(authority, 'credential', asked.id, (stored) =>
        changedCredential(stored, asked.version, (before) => Object.assign({ ...before }, asked.patch)),
      ),
  }),
  'credential.rotate': served({
    schema: z.strictObject({
      call: z.literal('credential.rotate'),
      id: credentialId,
      secret,
      overlapMinutes: z.int().min(0).max(OVERLAP_MINUTES_MAX),
    }),
    serve: (authority, asked) =>
      changeOne(authority, 'credential', asked.id, (stored) =>
        changedCredential(stored, null, (before) => rotated(before, asked, Date.now())),
      ),
  }),
  'signing-keys.publish': served({
    schema: z.strictObject({
      call: z.literal('signing-keys.publish'),
      replica: z.string().max(64),
      keys: z.array(signingKeyInput).min(1).max(KEYS_MAX),
    }),
    serve: async (authority, { replica, keys }) => {
      const asks = askedAt() ?? replica;
      if (replica !== asks || keys.some((key) => key.replica !== replica)) throw notItsOwn();
      const byId = new Map(keys.map((key) => [key.id, key]));
      const dropped = (await keysOf(authority.pool, replica)).filter((id) => !byId.has(id));
      await changeItems(authority.pool, 'signing-key', [...byId.keys()], (id, stored): Change => {
        const key = byId.get(id) as SigningKey;
        if (stored === undefined) return { write: key };
        if ((stored.body as SigningKey).replica !== replica) throw notItsOwn();
        return isSame(stored.body, key) ? { keep: stored } : { write: key };
      });
      await takeOut(authority.pool, dropped);
      await authority.refreshCatalogue();
      return {};
    },
  }),
};

function changedCredential(
  stored: StoredItem | undefined,
  read: number | null,
  next: (before: Credential) => Credential,
): Change {
  if (stored === undefined) return { refuse: 'not_found', message: 'No credential has this id.' };
  const late = outdated(stored, read);
  if (late !== undefined) return late;
  const before = stored.body as Credential;
  const after = next(before);
  if (isSame(before, after)) return { keep: stored };
  if (before.status === 'revoked')
    return { refuse: 'forbidden', message: 'It was revoked, for good. Make another credential.' };
  return { write: after };
}

/** The newest two, of which the older one ends with the overlap. */
function rotated(
  before: Credential,
  asked: { secret: { id: string; hash: string }; overlapMinutes: number },
  nowMs: number,
): Credential {
  const endsAtMs = nowMs + asked.overlapMinutes * 60_000;
  const kept = before.secrets
    .map((one) => ({ ...one, expiresAtMs: Math.min(one.expiresAtMs ?? endsAtMs, endsAtMs) }))
    .filter(({ expiresAtMs }) => expiresAtMs > nowMs)
    .slice(-(SECRETS_MAX - 1));
  return { ...before, secrets: [...kept, { ...asked.secret, createdAtMs: nowMs, expiresAtMs: null }] };
}

function notItsOwn(): Problem {
  return new Problem('invalid_request', 'A region publishes its own keys alone.');
}

async function keysOf(pool: pg.Pool, replica: string): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `select id from tallystick.catalogue where kind = 'signing-key' and body ->> 'replica' = $1`,
    [replica],
  );
  return rows.map(({ id }) => id);
}

async function takeOut(pool: pg.Pool, ids: readonly string[]): Promise<void> {
  if (ids.length > 0)
    await putCatalogue(
      pool,
      ids.map((id) => ({ kind: 'signing-key', id, body: null })),
    );
}
