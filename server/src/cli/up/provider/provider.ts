/**
 * The sign-in provider of `tallystick up`: people of this machine, by OpenID Connect, so that signing in as a person can be
 * tried as it is with a real one. It listens to this machine alone, and nothing but `up` ever starts it.
 *
 * The protocol is `oidc-provider`'s, which is certified; the page that asks for name and password is ours.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import OidcProvider from 'oidc-provider';
import { TokenBuckets } from '../../../facade/limits/token-buckets.ts';
import { loginPage } from './login-page.ts';
import { clientIdOf, type FleetPeople, isSomebody } from './people.ts';

export interface ProviderRegion {
  readonly id: string;
  readonly url: string;
}

const FORM_BYTES_MAX = 4_096;
/** Of all together: passwords are long, and who knows one is in at once. */
const GUESSES = { perSecond: 0.2, burst: 20 };
const DAY_S = 86_400;

/** Not listening yet. */
export function signInProvider(
  issuer: string,
  regions: readonly ProviderRegion[],
  people: FleetPeople,
): Server {
  const provider = new OidcProvider(issuer, {
    clients: regions.map(({ id, url }) => ({
      client_id: clientIdOf(id),
      token_endpoint_auth_method: 'none',
      redirect_uris: [`${url}/auth/callback`],
      response_types: ['code'],
      grant_types: ['authorization_code', 'refresh_token'],
    })),
    jwks: { keys: [people.signingKey as never] },
    cookies: { keys: [people.cookieKey] },
    pkce: { required: () => true },
    claims: { openid: ['sub', 'roles'] },
    // So that the region hears of a role that was taken away: it asks again.
    issueRefreshToken: () => true,
    conformIdTokenClaims: false,
    findAccount: (_ctx, name) => {
      if (!people.people.some((one) => one.name === name)) return undefined;
      return { accountId: name, claims: () => ({ sub: name, roles: [name] }) };
    },
    // Regions are this machine's own: nobody has to allow them to know a name.
    async loadExistingGrant({ oidc }) {
      const ids = { clientId: oidc.client?.clientId, accountId: oidc.session?.accountId };
      const grant = new oidc.provider.Grant(ids as { clientId: string; accountId: string });
      grant.addOIDCScope('openid');
      await grant.save();
      return grant;
    },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    ttl: {
      Session: DAY_S,
      Grant: DAY_S,
      Interaction: 600,
      IdToken: 600,
      AccessToken: 600,
      RefreshToken: DAY_S,
    },
  });
  const answer = provider.callback();
  const origins = regions.map(({ url }) => new URL(url).origin);
  const guesses = new TokenBuckets(GUESSES);
  return createServer((request, response) => {
    if (!/^\/interaction\/[\w-]{1,64}$/.test(request.url ?? '')) return void answer(request, response);
    askWho(provider, people, { origins, guesses }, request, response).catch(() => {
      // It was not begun here, or too long ago.
      if (!response.headersSent)
        show(response, 400, loginPage('This sign-in is over. Begin again.'), origins);
    });
  });
}

async function askWho(
  provider: OidcProvider,
  people: FleetPeople,
  { origins, guesses }: { readonly origins: readonly string[]; readonly guesses: TokenBuckets },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  await provider.interactionDetails(request, response);
  if (request.method !== 'POST') return show(response, 200, loginPage(), origins);
  const form = await formOf(request);
  if (!guesses.look('all', performance.now()).isAllowed)
    return show(response, 429, loginPage('Too many wrong passwords. Wait a little.'), origins);
  const name = form.get('name') ?? '';
  if (isSomebody(people, name, form.get('password') ?? ''))
    return provider.interactionFinished(request, response, { login: { accountId: name } });
  guesses.take('all', performance.now());
  show(response, 401, loginPage('Nobody has this name and password.'), origins);
}

function show(response: ServerResponse, status: number, page: string, origins: readonly string[]): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    // A form's answer may lead on to the region: browsers count that as its target, too.
    'content-security-policy': `default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' ${origins.join(' ')}`,
  });
  response.end(page);
}

/** @throws Error for what is too long */
async function formOf(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > FORM_BYTES_MAX) throw new Error('The form is too long.');
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}
