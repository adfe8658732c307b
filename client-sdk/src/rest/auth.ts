/** Who asks: the token that goes with each request, and where it comes from. */
import { TallystickError } from '../error.ts';
import type { Ports } from '../ports.ts';
import { boundedText, REFUSAL_BYTES_MAX } from './bounded-text.ts';

/**
 * How a client signs in.
 *
 * - a text: a token that you have, such as a cart's;
 * - a function: asked before each request, so keep what it gets; asked again, with `true`, after a region refused it;
 * - an id and a secret: OAuth 2.0 client credentials. The client gets tokens and renews them before they end. Never
 *   in a page: whoever reads the page reads the secret.
 */
export type Auth = string | ((isRefused: boolean) => string | Promise<string>) | ClientCredentials;

/** An id and a secret, for programs. */
export interface ClientCredentials {
  /** As `npx tallystick credential` printed it, or `POST /v1/credentials` answered. */
  readonly clientId: string;
  /** Shown once, when the credential was made. */
  readonly clientSecret: string;
  /** Scopes separated by spaces, to have less than the credential may. */
  readonly scope?: string;
}

export interface TokenSource {
  /** @param refused the token that a region did not take */
  token(refused?: string): Promise<string | undefined>;
  /** Whether there can be another token than the one that was refused. */
  readonly canRenew: boolean;
}

/** Renewed when this part of its time is over, so that none ends on its way. */
const RENEW_AT = 0.8;

export function tokenSource(auth: Auth | undefined, url: string, ports: Ports): TokenSource {
  if (auth === undefined || typeof auth === 'string')
    return { canRenew: false, token: async () => (auth === undefined ? undefined : fit(auth)) };
  if (typeof auth === 'function')
    return { canRenew: true, token: async (refused) => fit(await asked(auth, refused !== undefined)) };
  return new CredentialTokens(auth, url, ports);
}

async function asked(
  auth: (isRefused: boolean) => string | Promise<string>,
  isRefused: boolean,
): Promise<string> {
  try {
    return await auth(isRefused);
  } catch (cause) {
    if (cause instanceof TallystickError) throw cause;
    const message = `No token: the function given as auth failed: ${cause instanceof Error ? cause.message : cause}`;
    throw new TallystickError('no_token', message, { cause });
  }
}

/** A token that a header can hold; a line break at its end, as files have, is left out. @throws TallystickError `invalid_token` */
export function fit(token: string): string {
  if (typeof token !== 'string')
    throw new TallystickError(
      'invalid_token',
      `The token is ${token === null ? 'null' : `a ${typeof token}`}, and not a text.`,
    );
  const trimmed = token.trim();
  const at = trimmed.search(/[^\x20-\x7e]/);
  if (at < 0) return trimmed;
  const code = (trimmed.codePointAt(at) as number).toString(16).toUpperCase().padStart(4, '0');
  throw new TallystickError(
    'invalid_token',
    `The token cannot be sent: its character ${at + 1} is U+${code}, and tokens are visible ASCII. Copy it anew.`,
  );
}

interface Held {
  readonly token: string;
  readonly renewAtMs: number;
}

class CredentialTokens implements TokenSource {
  readonly canRenew = true;
  readonly #credentials: ClientCredentials;
  readonly #url: string;
  readonly #ports: Ports;
  #held: Held | undefined;
  /** Requests that need a token at once share one. */
  #asking: Promise<Held> | undefined;

  constructor(credentials: ClientCredentials, url: string, ports: Ports) {
    this.#credentials = credentials;
    this.#url = url;
    this.#ports = ports;
  }

  async token(refused?: string): Promise<string> {
    const held = this.#held;
    const isGood = held !== undefined && held.token !== refused && this.#ports.nowMs() < held.renewAtMs;
    if (isGood) return held.token;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    this.#held = await this.#asking;
    return this.#held.token;
  }

  async #ask(): Promise<Held> {
    const { clientId, clientSecret, scope } = this.#credentials;
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      ...(scope === undefined ? {} : { scope }),
    });
    let response: Response;
    try {
      response = await this.#ports.fetch(`${this.#url}/oauth/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: form.toString(),
        signal: AbortSignal.timeout(SIGN_IN_MS),
      });
    } catch (cause) {
      throw new TallystickError('region_unreachable', 'No token: the region does not answer.', { cause });
    }
    const said = (await boundedText(response, REFUSAL_BYTES_MAX)
      .then(JSON.parse)
      .catch(() => undefined)) as Partial<TokenAnswer> | undefined;
    if (!response.ok) throw refusal(response, said);
    if (typeof said?.access_token !== 'string' || typeof said.expires_in !== 'number')
      throw new TallystickError('unexpected_answer', 'What answered gives out no tokens.', {
        status: response.status,
      });
    return {
      token: said.access_token,
      renewAtMs: this.#ports.nowMs() + said.expires_in * 1_000 * RENEW_AT,
    };
  }
}

/** Checking a secret takes a region some milliseconds; more than this is a dead line. */
const SIGN_IN_MS = 15_000;

interface TokenAnswer {
  readonly access_token: string;
  /** Seconds. */
  readonly expires_in: number;
  readonly error: string;
  readonly error_description: string;
}

/** OAuth has its own words for errors (RFC 6749, 5.2). */
function refusal({ status }: Response, said: Partial<TokenAnswer> | undefined): TallystickError {
  const message = said?.error_description ?? `No token: the region answered ${status}.`;
  const cause = said?.error;
  if (status === 429) return new TallystickError('rate_limited', message, { status, cause });
  if (status >= 500) return new TallystickError('region_unreachable', message, { status, cause });
  return new TallystickError('unauthenticated', message, { status, cause });
}
