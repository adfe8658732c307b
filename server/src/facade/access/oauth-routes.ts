/** `/oauth`: client credentials for tokens (RFC 6749, 4.4), taken back (RFC 7009), and what a client finds by itself (RFC 8414). */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { ALL_SCOPES, isScope, type Scope } from '../../access/scopes.ts';
import { type ClientLogin, OAuthError } from './client-login.ts';
import type { SigningKeys } from './signing-keys.ts';
import type { Tokens } from './tokens.ts';

const FORM = 'application/x-www-form-urlencoded';
const FORM_BYTES_MAX = 16_384;
const PARAMETERS_MAX = 32;
const LOGINS = ['client_secret_basic', 'client_secret_post'];

export interface OAuthPorts {
  readonly login: ClientLogin;
  readonly tokens: Tokens;
  readonly keys: SigningKeys;
  readonly tokenSeconds: number;
  issuer(): string;
  nowMs(): number;
  /** Why no token may be given out now; undefined where one may. */
  cutOff(): string | undefined;
}

export function oauthRoutes(app: FastifyInstance, ports: OAuthPorts): void {
  // In a room of its own: no other call takes forms, and errors here have the shape that OAuth clients read.
  void app.register(async (door) => {
    door.addContentTypeParser(FORM, { parseAs: 'string', bodyLimit: FORM_BYTES_MAX }, readForm);
    door.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
      if (error instanceof OAuthError)
        return say(reply.headers(error.headers), error.status, error.code, error.message);
      const status = error.statusCode ?? 500;
      if (status >= 500) request.log.error({ err: error }, 'unexpected error at /oauth');
      return status < 500
        ? say(reply, status, 'invalid_request', 'Send a form: application/x-www-form-urlencoded.')
        : say(reply, 500, 'server_error', 'Something went wrong on our side.');
    });

    door.post('/oauth/token', async (request, reply) => {
      const form = formOf(request.body);
      const { credential, principal } = await ports.login.login(request, form, ports.nowMs());
      const grant = form.get('grant_type');
      if (grant !== 'client_credentials')
        throw new OAuthError(400, 'unsupported_grant_type', 'The only grant_type is client_credentials.');
      const cutOff = ports.cutOff();
      if (cutOff !== undefined)
        throw new OAuthError(503, 'temporarily_unavailable', cutOff, { 'retry-after': '60' });
      const scopes = wanted(form.get('scope'), principal.scopes);
      return fresh(reply).send({
        access_token: await ports.tokens.issue(credential.id, scopes),
        token_type: 'Bearer',
        expires_in: ports.tokenSeconds,
        scope: scopes.join(' '),
      });
    });

    /** Whether there was such a token is nobody else's business: the answer is the same. */
    door.post('/oauth/revoke', async (request, reply) => {
      const form = formOf(request.body);
      const { credential } = await ports.login.login(request, form, ports.nowMs());
      const token = form.get('token');
      if (token === null)
        throw new OAuthError(400, 'invalid_request', 'Name the token that is to be taken back.');
      await ports.tokens.revoke(token, credential.id);
      return fresh(reply).send();
    });
  });

  app.get('/oauth/jwks.json', async (_request, reply) =>
    reply.header('cache-control', 'public, max-age=300').send(ports.keys.jwks()),
  );

  app.get('/.well-known/oauth-authorization-server', async (_request, reply) => {
    const issuer = ports.issuer();
    return reply.header('cache-control', 'public, max-age=300').send({
      issuer,
      token_endpoint: `${issuer}/oauth/token`,
      token_endpoint_auth_methods_supported: LOGINS,
      revocation_endpoint: `${issuer}/oauth/revoke`,
      revocation_endpoint_auth_methods_supported: LOGINS,
      jwks_uri: `${issuer}/oauth/jwks.json`,
      grant_types_supported: ['client_credentials'],
      response_types_supported: [],
      scopes_supported: ALL_SCOPES,
      service_documentation: `${issuer}/docs`,
    });
  });
}

/** @throws OAuthError for a scope that it may not have */
function wanted(text: string | null, allowed: ReadonlySet<Scope>): Scope[] {
  if (text === null || text === '') return [...allowed];
  const scopes = [...new Set(text.split(' '))].filter(isScope);
  if (scopes.length === new Set(text.split(' ')).size && scopes.every((scope) => allowed.has(scope)))
    return scopes;
  throw new OAuthError(
    400,
    'invalid_scope',
    'This credential may not have all of these scopes. Leave scope out for all it has.',
  );
}

function readForm(
  _request: unknown,
  text: string | Buffer,
  done: (error: Error | null, form?: URLSearchParams) => void,
) {
  const form = new URLSearchParams(String(text));
  const names = [...form.keys()];
  // RFC 6749, 3.2: no parameter twice.
  const isBad = names.length > PARAMETERS_MAX || new Set(names).size < names.length;
  done(
    isBad ? new OAuthError(400, 'invalid_request', 'A parameter stands twice, or there are too many.') : null,
    form,
  );
}

function formOf(body: unknown): URLSearchParams {
  if (body instanceof URLSearchParams) return body;
  throw new OAuthError(400, 'invalid_request', 'Send a form: application/x-www-form-urlencoded.');
}

function fresh(reply: FastifyReply): FastifyReply {
  return reply.header('cache-control', 'no-store').header('pragma', 'no-cache');
}

function say(reply: FastifyReply, status: number, error: string, text: string): FastifyReply {
  return fresh(reply).code(status).send({ error, error_description: text });
}
