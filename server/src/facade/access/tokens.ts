/**
 * Tokens: JWTs (RFC 9068) that a region signs and any region of the deployment takes.
 *
 * A signature is checked once; after that the token is known by its text. What it may do is asked of the credential
 * each time, as this region's copy has it, so that a revoked one opens nothing from the moment the copy hears of it.
 */
import { createPublicKey, type KeyObject, randomUUID } from 'node:crypto';
import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { Principal } from '../../access/principal.ts';
import type { Scope } from '../../access/scopes.ts';
import type { Credentials } from './credentials.ts';
import type { RevokedTokens } from './revoked-tokens.ts';
import type { SigningKeys } from './signing-keys.ts';

/** Tokens whose signature is known to be good. The oldest is forgotten, and checked again when it comes. */
const KNOWN_MAX = 10_000;
/** No token of ours is longer. */
const TOKEN_CHARS_MAX = 2_048;
/** No token of ours lasts longer: who stole a signing key makes none that outlives it for long. */
const TOKEN_S_MAX = 86_400;
/** How far the clocks of two regions may differ. */
const CLOCK_SKEW_S = 30;
const TYPE = 'at+jwt';

const claimsSchema = z.object({
  jti: z.string().min(1).max(64),
  client_id: z.string().min(1).max(64),
  scope: z.string().max(1_000),
  iat: z.int(),
  exp: z.int(),
});

interface KnownToken {
  readonly jti: string;
  /** The key that signed it. */
  readonly kid: string | undefined;
  readonly credential: string;
  readonly scopes: readonly string[];
  readonly expiresAtMs: number;
  /** As of a version of the copy; why not, where its key or credential lets nobody in. */
  found: Principal | 'not_ours' | 'revoked';
  version: number;
}

export interface TokenPorts {
  readonly keys: SigningKeys;
  readonly credentials: Credentials;
  readonly revoked: RevokedTokens;
  readonly audience: string;
  readonly tokenSeconds: number;
  issuer(): string;
  nowMs(): number;
}

/** Why a token does not let anybody in, for who sent it. */
export type Refused = 'malformed' | 'expired' | 'not_ours' | 'revoked' | 'address';

export class Tokens {
  readonly #ports: TokenPorts;
  readonly #known = new Map<string, KnownToken>();

  constructor(ports: TokenPorts) {
    this.#ports = ports;
  }

  issue(credential: string, scopes: readonly Scope[]): Promise<string> {
    const { keys, audience, tokenSeconds } = this.#ports;
    const { kid, privateKey } = keys.current;
    const nowS = Math.floor(this.#ports.nowMs() / 1_000);
    return new SignJWT({ client_id: credential, scope: scopes.join(' ') })
      .setProtectedHeader({ alg: 'EdDSA', typ: TYPE, kid })
      .setIssuer(this.#ports.issuer())
      .setSubject(credential)
      .setAudience(audience)
      .setIssuedAt(nowS)
      .setExpirationTime(nowS + tokenSeconds)
      .setJti(randomUUID())
      .sign(privateKey);
  }

  /** Without waiting, where the token is known: the way of nearly every request. */
  checkKnown(token: string, ip: string): Principal | Refused | undefined {
    const known = this.#known.get(token);
    return known === undefined ? undefined : this.#check(known, ip);
  }

  /** For who was let in and stays: asks again, from memory, also when others have long pushed out the token. */
  stay(token: string, ip: string): () => Principal | Refused {
    const known = this.#known.get(token);
    return () => (known === undefined ? 'revoked' : this.#check(known, ip));
  }

  async check(token: string, ip: string): Promise<Principal | Refused> {
    const known = await this.#verified(token);
    if (typeof known === 'string') return known;
    if (this.#known.size >= KNOWN_MAX) this.#known.delete(this.#known.keys().next().value as string);
    this.#known.set(token, known);
    return this.#check(known, ip);
  }

  #check(known: KnownToken, ip: string): Principal | Refused {
    const { credentials, revoked } = this.#ports;
    if (known.expiresAtMs <= this.#ports.nowMs()) return 'expired';
    if (revoked.has(known.jti)) return 'revoked';
    const live = credentials.live(known.credential);
    if (known.version !== credentials.version) {
      // Whoever has a key that was dropped has made tokens with it, which are known here by now.
      if (this.#keyOf(known.kid) === undefined) known.found = 'not_ours';
      else known.found = live === undefined ? 'revoked' : narrowed(live.principal, known.scopes);
      known.version = credentials.version;
    }
    if (typeof known.found === 'string') return known.found;
    if (live === undefined) return 'revoked';
    return live.isAllowedFrom(ip) ? known.found : 'address';
  }

  /** What a token says, if it is one of ours; for who takes it back too. */
  async #verified(token: string): Promise<KnownToken | Refused> {
    if (token.length > TOKEN_CHARS_MAX) return 'malformed';
    let payload: JWTPayload;
    let kid: string | undefined;
    const keyOf = (header: { readonly kid?: string }) => {
      kid = header.kid;
      const key = this.#keyOf(kid);
      if (key === undefined) throw new errors.JWKSNoMatchingKey();
      return key;
    };
    try {
      ({ payload } = await jwtVerify(token, keyOf, {
        // The one algorithm that our keys are for: no `none`, and no public key taken for a shared secret.
        algorithms: ['EdDSA'],
        typ: TYPE,
        audience: this.#ports.audience,
        clockTolerance: CLOCK_SKEW_S,
        currentDate: new Date(this.#ports.nowMs()),
        requiredClaims: ['iss', 'sub', 'aud', 'iat', 'exp', 'jti'],
      }));
    } catch (error) {
      if (error instanceof errors.JWTExpired) return 'expired';
      return error instanceof errors.JWTInvalid || error instanceof errors.JWSInvalid
        ? 'malformed'
        : 'not_ours';
    }
    const claims = claimsSchema.safeParse(payload);
    if (!claims.success) return 'malformed';
    const { jti, client_id, scope, iat, exp } = claims.data;
    if (iat * 1_000 > this.#ports.nowMs() + CLOCK_SKEW_S * 1_000) return 'not_ours';
    if (exp - iat > TOKEN_S_MAX) return 'not_ours';
    return {
      jti,
      kid,
      credential: client_id,
      scopes: scope.split(' '),
      expiresAtMs: exp * 1_000,
      found: 'revoked',
      version: -1,
    };
  }

  /** Takes a token back before its end, if it is the credential's own (RFC 7009). @returns whether it was taken back */
  async revoke(token: string, credential: string): Promise<boolean> {
    const known = this.#known.get(token) ?? (await this.#verified(token));
    if (typeof known === 'string' || known.credential !== credential) return false;
    this.#ports.revoked.add(known.jti, known.expiresAtMs, this.#ports.nowMs());
    return true;
  }

  /** @returns undefined for one that is not taken (any more) */
  #keyOf(kid: string | undefined): KeyObject | undefined {
    const { keys, credentials } = this.#ports;
    const own = kid === undefined ? undefined : keys.find(kid);
    if (own !== undefined) return own;
    const other = kid === undefined ? undefined : credentials.signingKey(kid);
    // Of its own keys a region knows best itself: one that its file no longer names was dropped.
    if (other === undefined || other.replica === keys.replica || other.expiresAtMs <= this.#ports.nowMs())
      return undefined;
    return createPublicKey({ key: Buffer.from(other.publicKey, 'base64'), format: 'der', type: 'spki' });
  }
}

/** What the token was given, as far as the credential still may it. */
function narrowed(principal: Principal, scopes: readonly string[]): Principal {
  const asked = new Set(scopes);
  return { ...principal, scopes: new Set([...principal.scopes].filter((scope) => asked.has(scope))) };
}
