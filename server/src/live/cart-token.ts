/**
 * Cart tokens: who may edit or read one cart, and nothing else. The region that keeps the cart signs
 * them with a secret of its own and checks them alone, so a shopper never waits for anybody else.
 *
 *   <cart id, mode, end and keeper, as base64url of JSON>.<HMAC-SHA256 of that, as base64url>
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

export interface CartToken {
  readonly cart: string;
  readonly mode: 'edit' | 'read';
  readonly endsAtMs: number;
  /** The region that keeps the cart, for doors of other regions; they do not know whether it is true. */
  readonly keeper: string;
}

/** No token of ours is longer. */
const TOKEN_CHARS_MAX = 512;
/** So that nothing else that is ever signed with the secret is taken for a token. */
const PURPOSE = 'tallystick cart token 1\n';

const claims = z.tuple([z.string().max(128), z.enum(['edit', 'read']), z.int(), z.string().max(64)]);

export function signCartToken(secret: Uint8Array, { cart, mode, endsAtMs, keeper }: CartToken): string {
  const said = Buffer.from(JSON.stringify([cart, mode, endsAtMs, keeper])).toString('base64url');
  return `${said}.${macOf(secret, said).toString('base64url')}`;
}

/** What a token allows; undefined where it is none of ours, or over. */
export function readCartToken(secret: Uint8Array, token: string, nowMs: number): CartToken | undefined {
  const match = token.length <= TOKEN_CHARS_MAX ? /^([\w-]+)\.([\w-]{43})$/.exec(token) : null;
  if (match === null) return undefined;
  const [, said = '', mac = ''] = match;
  if (!timingSafeEqual(macOf(secret, said), Buffer.from(mac, 'base64url'))) return undefined;
  const claimed = claimsOf(said);
  return claimed !== undefined && claimed.endsAtMs > nowMs ? claimed : undefined;
}

/** Who keeps the cart, as the token says; undefined where it says nothing that can be read. Nobody has checked it. */
export function keeperIn(token: string): string | undefined {
  return token.length <= TOKEN_CHARS_MAX ? claimsOf(token.split('.')[0] ?? '')?.keeper : undefined;
}

function claimsOf(said: string): CartToken | undefined {
  try {
    const [cart, mode, endsAtMs, keeper] = claims.parse(
      JSON.parse(Buffer.from(said, 'base64url').toString()),
    );
    return { cart, mode, endsAtMs, keeper };
  } catch {
    return undefined;
  }
}

function macOf(secret: Uint8Array, said: string): Buffer {
  return createHmac('sha256', secret).update(PURPOSE).update(said).digest();
}

/** A cart token as `Authorization: Bearer …`; undefined for anything else, such as a program's own token. */
export function cartTokenIn(authorization: string | undefined): string | undefined {
  return /^Bearer +([\w-]+\.[\w-]+)$/i.exec(authorization ?? '')?.[1];
}
