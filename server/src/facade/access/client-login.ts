/**
 * Client login: who a program says it is at `/oauth`, and whether its secret is right.
 *
 * Whatever is wrong, the answer is the same and takes as long, so that nobody learns which names are in use. Secrets
 * are too long to be guessed; what is bounded is the work that guessing makes here.
 */
import { sourceOf } from '@tallystick/store-agent';
import type { FastifyRequest } from 'fastify';
import { isSecret, secretIdOf } from '../../access/secret.ts';
import { TokenBuckets } from '../limits/token-buckets.ts';
import type { Credentials, LiveCredential } from './credentials.ts';

/** Wrong secrets from one address: enough for a deployment that starts with a typo in fifty processes. */
const FAILURES = { perSecond: 0.2, burst: 50 };
/** Hashes computed at once; the thread pool has other work too. */
const HASHING_MAX = 2;
/** Those that wait for one, at 40 ms each. */
const WAITING_MAX = 100;

export class OAuthError extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

export class ClientLogin {
  readonly #credentials: Pick<Credentials, 'live'>;
  readonly #isSecret: typeof isSecret;
  readonly #failures = new TokenBuckets(FAILURES);
  readonly #waiting: (() => void)[] = [];
  #hashing = 0;

  /** @param isRight computes one hash, whether there is one to compare with or not */
  constructor(credentials: Pick<Credentials, 'live'>, isRight = isSecret) {
    this.#credentials = credentials;
    this.#isSecret = isRight;
  }

  /** @throws OAuthError */
  async login(request: FastifyRequest, form: URLSearchParams, nowMs: number): Promise<LiveCredential> {
    const { id, secret } = claimed(request.headers.authorization, form);
    const source = sourceOf(request.ip);
    const failures = this.#failures.look(source, performance.now());
    if (!failures.isAllowed)
      throw new OAuthError(
        429,
        'temporarily_unavailable',
        'Too many wrong secrets came from this address. Wait.',
        {
          'retry-after': String(failures.resetSeconds),
        },
      );
    const live = this.#credentials.live(id);
    const secretId = secretIdOf(secret);
    const known = live?.credential.secrets.find((one) => one.id === secretId);
    const isInTime = known?.expiresAtMs === null || (known?.expiresAtMs ?? 0) > nowMs;
    const isRight = await this.#inTurn(() => this.#isSecret(secret, known?.hash));
    if (live !== undefined && isRight && isInTime && live.isAllowedFrom(request.ip)) return live;
    this.#failures.take(source, performance.now());
    throw new OAuthError(
      401,
      'invalid_client',
      'No credential has this id and secret, or it may not be used from here.',
      {
        'www-authenticate': 'Basic realm="tallystick", charset="UTF-8"',
      },
    );
  }

  async #inTurn(work: () => Promise<boolean>): Promise<boolean> {
    if (this.#hashing >= HASHING_MAX) {
      if (this.#waiting.length >= WAITING_MAX)
        throw new OAuthError(503, 'temporarily_unavailable', 'Too many ask for tokens at once. Try again.', {
          'retry-after': '1',
        });
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#hashing += 1;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#hashing -= 1;
      else next();
    }
  }
}

/** @throws OAuthError where it is not said, or said twice */
function claimed(authorization: string | undefined, form: URLSearchParams): { id: string; secret: string } {
  const basic = authorization === undefined ? undefined : readBasic(authorization);
  const [id, secret] = [form.get('client_id'), form.get('client_secret')];
  if (basic !== undefined) {
    if (secret !== null || (id !== null && id !== basic.id))
      throw new OAuthError(400, 'invalid_request', 'Say who you are once: in the header or in the form.');
    return basic;
  }
  if (id === null || secret === null)
    throw new OAuthError(
      401,
      'invalid_client',
      'Send client_id and client_secret, by HTTP Basic or in the form.',
      {
        'www-authenticate': 'Basic realm="tallystick", charset="UTF-8"',
      },
    );
  return { id, secret };
}

/** Both parts are form-encoded before they are joined (RFC 6749, 2.3.1). @throws OAuthError */
function readBasic(header: string): { id: string; secret: string } {
  const encoded = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(header.slice(0, 2_048))?.[1];
  const text = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8');
  const at = text.indexOf(':');
  try {
    if (at > 0) {
      const decode = (part: string) => decodeURIComponent(part.replaceAll('+', ' '));
      return { id: decode(text.slice(0, at)), secret: decode(text.slice(at + 1)) };
    }
  } catch {
    // Falls through: a broken escape is as unreadable as no colon.
  }
  throw new OAuthError(
    400,
    'invalid_request',
    'The header Authorization is not HTTP Basic with id and secret.',
  );
}
