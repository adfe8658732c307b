/**
 * Who may come in, as the books write it down and regions keep a copy: business clients, credentials and the
 * public halves of signing keys. They travel with the catalogue, to regions alone.
 */

import { addressSchema, SLOW_HASH, words } from '@tallystick/store-agent';
import { z } from 'zod';
import { ROLE_NAMES, type Role } from './scopes.ts';

/** Old and new side by side while a secret is rotated. */
export const SECRETS_MAX = 2;

const name = words(200, 800).min(1);

/** No colon: `acme:1001` is an order number in the name space of the client `acme`. */
export const clientId = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    'must be 1 to 64 letters, digits, dots, dashes and underscores',
  );

const clientFields = {
  id: clientId,
  name,
  /** A suspended client's credentials let nobody in. */
  status: z.enum(['active', 'suspended']),
};
export const clientInput = z.strictObject(clientFields);
export type Client = z.output<typeof clientInput>;

export const credentialId = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,63}$/,
    'must be 1 to 64 lower-case letters, digits, dots, dashes and underscores',
  );

export const roleSchema = z.enum(ROLE_NAMES as readonly [Role, ...Role[]]);
const ms = z.int().min(0).max(8.64e15);

const secretSchema = z.object({
  id: z.string().regex(/^[0-9a-f]{10}$/),
  hash: z.string().regex(SLOW_HASH),
  createdAtMs: ms,
  /** Null while it is the newest. */
  expiresAtMs: ms.nullable(),
});

const credentialFields = {
  id: credentialId,
  name,
  role: roleSchema,
  /** Whose orders it sees; null where it sees everybody's. */
  client: clientId.nullable(),
  /** From where it may be used; from anywhere where there are none. */
  addresses: z.array(addressSchema).max(64),
  status: z.enum(['active', 'revoked']),
  createdAtMs: ms,
  secrets: z.array(secretSchema).min(1).max(SECRETS_MAX),
};
export const credentialInput = z.strictObject(credentialFields);
export type Credential = z.output<typeof credentialInput>;

export const signingKeyInput = z.strictObject({
  /** The `kid` of the tokens that it signed. */
  id: z.string().regex(/^[\w-]{16,64}$/),
  replica: z.string().min(1).max(64),
  /** SPKI, DER, base64. */
  publicKey: z.base64().max(200),
  /** After this no token that it signed is taken. */
  expiresAtMs: ms,
});
export type SigningKey = z.output<typeof signingKeyInput>;
