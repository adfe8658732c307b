/** Provider: who somebody is, asked of an OpenID Connect provider by authorization code with PKCE. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type AgentSettings, ConfigError, Problem } from '@tallystick/store-agent';
import * as oidc from 'openid-client';
import type { Principal } from '../../access/principal.ts';
import { ROLES } from '../../access/scopes.ts';
import type { Person } from './sessions.ts';

export type PeopleSettings = NonNullable<AgentSettings['auth']['people']>;

/** What has to be kept here while somebody is at the provider. */
export interface Pending {
  readonly verifier: string;
  readonly nonce: string;
  readonly next: string;
  readonly endsMs: number;
}

/** Longer than anybody takes for a password and a second factor. */
const PENDING_MS = 600_000;
const PENDING_MAX = 1_000;
const TIMEOUT_S = 10;

export class Provider {
  readonly #settings: PeopleSettings;
  readonly #secret: string | undefined;
  readonly #redirectUri: () => string;
  readonly #pending = new Map<string, Pending>();
  #config: Promise<oidc.Configuration> | undefined;

  /** @throws ConfigError where the client's secret cannot be read */
  constructor(folder: string, settings: PeopleSettings, redirectUri: () => string) {
    this.#settings = settings;
    this.#secret = settings.clientSecretFile && readSecret(resolve(folder, settings.clientSecretFile));
    this.#redirectUri = redirectUri;
  }

  /** @returns where to send the browser, and the state that it has to bring back. @throws Problem */
  async begin(next: string, nowMs: number): Promise<{ readonly url: string; readonly state: string }> {
    const config = await this.#discovered();
    const [verifier, state, nonce] = [oidc.randomPKCECodeVerifier(), oidc.randomState(), oidc.randomNonce()];
    if (this.#pending.size >= PENDING_MAX) this.#pending.delete(this.#pending.keys().next().value as string);
    this.#pending.set(state, { verifier, nonce, next, endsMs: nowMs + PENDING_MS });
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: this.#redirectUri(),
      scope: this.#settings.scope,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
    });
    return { url: url.href, state };
  }

  /**
   * @param state what the browser's cookie says that it brought along: whoever was given somebody else's answer has none
   * @throws Problem where it is no answer to what was asked here, or the account has no role
   */
  async finish(query: string, state: string | undefined, nowMs: number) {
    const pending = state === undefined ? undefined : this.#pending.get(state);
    if (state === undefined || pending === undefined || pending.endsMs <= nowMs)
      throw new Problem(
        'unauthenticated',
        'This sign-in was not begun here, or too long ago. Begin again at /auth/login.',
      );
    this.#pending.delete(state);
    const config = await this.#discovered();
    let tokens: Tokens;
    try {
      tokens = await oidc.authorizationCodeGrant(config, new URL(`${this.#redirectUri()}?${query}`), {
        pkceCodeVerifier: pending.verifier,
        expectedState: state,
        expectedNonce: pending.nonce,
        idTokenExpected: true,
      });
    } catch (error) {
      // Not its words: they may quote what came from outside.
      throw Object.assign(
        new Problem(
          'unauthenticated',
          'The provider did not confirm who you are. Begin again at /auth/login.',
        ),
        { cause: error },
      );
    }
    const claims = tokens.claims() as oidc.IDToken;
    const person: Person = {
      subject: claims.sub,
      principal: this.#principal(claims.iss, claims),
      refreshToken: tokens.refresh_token,
    };
    return { person, next: pending.next };
  }

  /**
   * Asks the provider whether somebody still is who they were, and what they may do now.
   * @returns undefined where it does not confirm them, or they have no role any more. @throws Problem where it does not answer
   */
  async recheck({ subject }: Person, refreshToken: string): Promise<Person | undefined> {
    const config = await this.#discovered();
    try {
      const tokens = await oidc.refreshTokenGrant(config, refreshToken);
      // An id token is not a must in this answer (OpenID Connect Core 1.0, 12.2).
      const claims = tokens.claims() ?? (await oidc.fetchUserInfo(config, tokens.access_token, subject));
      if (claims.sub !== subject) return undefined;
      const principal = this.#principal(config.serverMetadata().issuer, claims);
      return { subject, principal, refreshToken: tokens.refresh_token ?? refreshToken };
    } catch (error) {
      if (error instanceof Problem || isRefusal(error)) return undefined;
      throw silent(error);
    }
  }

  #principal(issuer: string, claims: { readonly sub: string; readonly [claim: string]: unknown }): Principal {
    const claim = claims[this.#settings.roleClaim];
    const said = Array.isArray(claim) ? claim : [claim];
    // In the order of the configuration: the first that the account has.
    const role = Object.entries(this.#settings.roles).find(([value]) => said.includes(value))?.[1];
    if (role === undefined)
      throw new Problem('forbidden', 'Your account has no role here. Ask whoever runs this for one.');
    // The provider may call people by their e-mail; what stands in chains for ever is opaque.
    const person = createHash('sha256').update(`${issuer}\n${claims.sub}`).digest('hex').slice(0, 20);
    return {
      credential: undefined,
      role,
      client: undefined,
      scopes: new Set(ROLES[role]),
      actor: `${role}:person-${person}`,
    };
  }

  /** Asked once; again where it did not answer. @throws Problem */
  async #discovered(): Promise<oidc.Configuration> {
    const { issuer, clientId } = this.#settings;
    this.#config ??= oidc.discovery(new URL(issuer), clientId, this.#secret, undefined, {
      timeout: TIMEOUT_S,
      execute: isLoopback(issuer) ? [oidc.allowInsecureRequests] : [],
    });
    try {
      return await this.#config;
    } catch (error) {
      this.#config = undefined;
      throw silent(error);
    }
  }
}

type Tokens = Awaited<ReturnType<typeof oidc.authorizationCodeGrant>>;

function silent(cause: unknown): Problem {
  return Object.assign(
    new Problem('overloaded', 'The sign-in provider does not answer. Try again in a moment.'),
    { cause },
  );
}

/** Whether the provider answered, and not with a yes; else it was not reached, or is itself in trouble. */
function isRefusal(error: unknown): boolean {
  const { status } = error as { status?: unknown };
  return typeof status === 'number' && status >= 400 && status < 500 && status !== 429;
}

/** In the clear only to this machine itself. */
function isLoopback(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return (
    protocol === 'http:' && (hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname))
  );
}

function readSecret(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new ConfigError(
      `The provider's client secret ${path} cannot be read (${(error as NodeJS.ErrnoException).code}).`,
    );
  }
}
