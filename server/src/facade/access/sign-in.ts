/** Sign-in at a region's door: every request is somebody's, and may do what its operation's declaration says. */
import { Server as TlsServer } from 'node:tls';
import { type Agent, Problem, refuseForeignPages } from '@tallystick/store-agent';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ANYONE, type Principal } from '../../access/principal.ts';
import { type Access, type Scope, shared } from '../../access/scopes.ts';
import { cartTokenIn } from '../../live/cart-token.ts';
import { askAuthority } from '../ask-authority.ts';
import { peopleRoutes } from '../people/routes.ts';
import { ClientLogin } from './client-login.ts';
import { Credentials } from './credentials.ts';
import { Heard } from './heard.ts';
import { oauthRoutes } from './oauth-routes.ts';
import { RevokedTokens } from './revoked-tokens.ts';
import { SigningKeys } from './signing-keys.ts';
import { type Refused, Tokens } from './tokens.ts';

/** How often keys are looked after; what nobody could publish yet is tried again. */
const LOOK_EVERY_MS = 2_000;

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; set before the handler of any call that is not public. */
    principal: Principal;
    /**
     * For what stays open: a function that asks again who this is, as often as one likes. A Problem says why they
     * may not stay: the token ended or was taken back, the credential was revoked or narrowed, the session is over.
     */
    stay(): () => Principal | Problem;
  }
}

/** What every replica shows, which is no operation: on a region's door it is the operator's and the auditor's. */
const LOOKING: Readonly<Record<string, Access>> = {
  '/v1/openapi.json': 'public',
  '/v1/stock': shared('inventory:read'),
  '/v1/stock/:sku': shared('inventory:read'),
  '/v1/status': shared('replicas:read'),
  '/v1/journal': shared('audit:read'),
};

/** What is not declared under /v1 is the operator's; health, metrics, pages and `/oauth` are for everybody. */
function accessTo({ routeOptions: { url = '', config } }: FastifyRequest): Access {
  if (config.operation !== undefined) return config.operation.access;
  if (!url.startsWith('/v1/')) return 'public';
  return config.access ?? LOOKING[url] ?? shared('replicas:write');
}

export function signIn(app: FastifyInstance, agent: Agent): void {
  const { auth } = agent.settings;
  app.decorateRequest('principal');
  const stays = auth.signIn === 'off' ? ANYONE : NOBODY;
  app.decorateRequest('stay', () => () => stays);
  if (auth.signIn === 'off') {
    agent.log.warn('sign-in is off: whoever reaches this port may do everything');
    refuseForeignPages(app, agent.settings.cors.origins);
    app.addHook('onRequest', (request, _reply, done) => {
      request.principal = ANYONE;
      done();
    });
    return;
  }
  const issuer = () => (auth.issuer ?? ownUrl(app)).replace(/\/+$/, '');
  const people = auth.people && peopleRoutes(app, agent, auth.people, issuer);
  const tokens = openTokens(app, agent, issuer);
  app.addHook('onRequest', (request, reply, done) => {
    const access = accessTo(request);
    if (access === 'public') {
      request.principal = NOBODY;
      return done();
    }
    if (
      request.routeOptions.config.operation?.cartToken === true &&
      cartTokenIn(request.headers.authorization) !== undefined
    ) {
      request.principal = NOBODY;
      return done();
    }
    const admitPerson = (person: Principal | Problem | undefined) => {
      if (person === undefined) return done(refuse(reply, undefined));
      if (person instanceof Problem) return done(person);
      if (!person.scopes.has(access.scope)) return done(tooNarrow(reply, access.scope));
      request.principal = person;
      request.stay = () => staying(access.scope, people?.stay(request));
      done();
    };
    // Whoever sends a token means it, whatever cookie their browser adds.
    const person = request.headers.authorization === undefined ? people?.who(request) : undefined;
    if (person instanceof Promise) return void person.then(admitPerson, done);
    if (person !== undefined) return admitPerson(person);
    const token = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) return done(refuse(reply, isBearer(request) ? 'malformed' : undefined));
    const admit = (found: Principal | Refused) => {
      if (typeof found === 'string') return done(refuse(reply, found));
      if (!found.scopes.has(access.scope)) return done(tooNarrow(reply, access.scope));
      request.principal = found;
      request.stay = () => staying(access.scope, tokens.stay(token, request.ip));
      done();
    };
    const known = tokens.checkKnown(token, request.ip);
    if (known !== undefined) return admit(known);
    tokens.check(token, request.ip).then(admit, done);
  });
}

/** Who asks where nobody is asked who they are: it may do nothing else. */
const NOBODY: Principal = { ...ANYONE, scopes: new Set(), actor: 'rest:nobody' };

function openTokens(app: FastifyInstance, agent: Agent, issuer: () => string): Tokens {
  const { auth } = agent.settings;
  const nowMs = () => Date.now();
  const credentials = new Credentials(agent);
  const isPublished = (kid: string) => credentials.signingKey(kid) !== undefined;
  const keys = SigningKeys.open(agent.dataDir, agent.id, nowMs(), isPublished);
  const heard = new Heard(agent);
  const { audience, tokenSeconds } = auth;
  const revoked = new RevokedTokens(agent.dataDir);
  const tokens = new Tokens({ keys, credentials, revoked, audience, tokenSeconds, issuer, nowMs });
  const cutOff = () =>
    heard.silentMs(nowMs()) <= auth.awayHours * 3_600_000
      ? undefined
      : 'This region has not heard of the authority for too long to know who was shut out. Bring its link up.';
  oauthRoutes(app, {
    login: new ClientLogin(credentials),
    tokens,
    keys,
    tokenSeconds,
    issuer,
    nowMs,
    cutOff,
  });
  lookAfter(app, agent, keys, heard, isPublished);
  return tokens;
}

function lookAfter(
  app: FastifyInstance,
  agent: Agent,
  keys: SigningKeys,
  heard: Heard,
  isPublished: (kid: string) => boolean,
): void {
  let isAsking = false;
  const look = async () => {
    heard.look(Date.now());
    keys.renew(Date.now(), isPublished);
    if (isAsking || agent.host.parent?.state !== 'up' || keys.published().every(({ id }) => isPublished(id)))
      return;
    isAsking = true;
    try {
      await askAuthority(agent, { call: 'signing-keys.publish', replica: agent.id, keys: keys.published() });
    } catch (error) {
      if (!(error instanceof Problem)) agent.log.error({ err: error }, 'signing keys could not be published');
    } finally {
      isAsking = false;
    }
  };
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  timer.unref();
  app.addHook('onClose', (_app, done) => {
    clearInterval(timer);
    done();
  });
}

function ownUrl(app: FastifyInstance): string {
  const address = app.server.address();
  if (typeof address !== 'object' || address === null) return 'http://127.0.0.1';
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `${app.server instanceof TlsServer ? 'https' : 'http'}://${host}:${address.port}`;
}

const SAYS: Record<Refused, string> = {
  malformed: 'This is no access token. Get one at /oauth/token.',
  not_ours: 'This token was not signed here, or not for here. Get one at /oauth/token.',
  expired: 'The token has expired. Get a new one at /oauth/token.',
  revoked: 'The token or its credential was revoked.',
  address: 'This credential may not be used from this address.',
};

function isBearer({ headers }: FastifyRequest): boolean {
  return /^Bearer(?: |$)/i.test(headers.authorization ?? '');
}

/** As RFC 6750 (3) has it: whoever shows nothing is asked, and whoever shows what is no good is told why. */
function refuse(reply: FastifyReply, why: Refused | undefined): Problem {
  const challenge = 'Bearer realm="tallystick"';
  if (why === 'address') return new Problem('forbidden', SAYS.address);
  if (why === undefined) {
    reply.header('www-authenticate', challenge);
    return new Problem(
      'unauthenticated',
      'Send a token as Authorization: Bearer …; /oauth/token gives one for a credential.',
    );
  }
  reply.header('www-authenticate', `${challenge}, error="invalid_token", error_description="${SAYS[why]}"`);
  return new Problem('unauthenticated', SAYS[why]);
}

/** Whether who was let in with a scope may stay. @param asked again each time */
export function staying(scope: Scope, asked: (() => Principal | Refused | undefined) | undefined) {
  return (): Principal | Problem => {
    const found = asked?.();
    if (found === undefined)
      return new Problem('unauthenticated', 'The session has ended. Sign in again at /auth/login.');
    if (typeof found === 'string')
      return new Problem(found === 'address' ? 'forbidden' : 'unauthenticated', SAYS[found]);
    return found.scopes.has(scope) ? found : new Problem('forbidden', needs(scope));
  };
}

function needs(scope: string): string {
  return `This needs the scope ${scope}, which the token does not have.`;
}

function tooNarrow(reply: FastifyReply, scope: string): Problem {
  reply.header('www-authenticate', `Bearer realm="tallystick", error="insufficient_scope", scope="${scope}"`);
  return new Problem('forbidden', needs(scope));
}
