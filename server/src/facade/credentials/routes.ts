/** Credentials: secrets are made at this door, and only their hashes leave it. */
import { type Agent, Problem, uuidv7 } from '@tallystick/store-agent';
import type { FastifyInstance } from 'fastify';
import { type Credential, credentialInput } from '../../access/items.ts';
import type { Principal } from '../../access/principal.ts';
import { ROLES, type Role } from '../../access/scopes.ts';
import { makeSecret } from '../../access/secret.ts';
import { changeItem } from '../change-item.ts';
import { etagOf, versionOf } from '../etag.ts';
import { fromCursor, page } from '../page.ts';
import { route } from '../route.ts';
import * as ops from './operations.ts';

export function credentialRoutes(app: FastifyInstance, agent: Agent): void {
  route(app, ops.createCredential, async ({ body, principal, reply }) => {
    checkRole(principal, body.role, body.client);
    const id = body.id ?? `c-${uuidv7()}`;
    const { text, ...secret } = await makeSecret();
    const credential = { ...body, id, client: body.client ?? null };
    const made = await changeItem<Credential>(
      agent,
      { call: 'credential.create', credential, secret },
      reply,
    );
    reply.header('location', `/v1/credentials/${encodeURIComponent(id)}`);
    return { ...credentialJson(made), secret: text };
  });

  route(app, ops.listCredentials, ({ query, request, reply }) => {
    const bodies = agent.catalogue.bodies('credential', fromCursor(query.cursor), query.limit + 1);
    const credentials = bodies.map(({ body }) => credentialJson(credentialInput.parse(JSON.parse(body))));
    return page(credentials, query.limit, ({ id }) => id, request, reply);
  });

  route(app, ops.getCredential, ({ params: { id }, reply }) => {
    const credential = known(agent, id);
    reply.header('etag', etagOf(agent.catalogue.versionOf('credential', id)));
    return credentialJson(credential);
  });

  route(app, ops.patchCredential, async ({ params: { id }, body, ifMatch, principal, reply }) => {
    checkOther(principal, id);
    const asked = { call: 'credential.patch', id, patch: body, version: versionOf(ifMatch) };
    return credentialJson(await changeItem<Credential>(agent, asked, reply));
  });

  route(app, ops.rotateCredential, async ({ params: { id }, body, principal, reply }) => {
    const { role, client } = known(agent, id);
    // Who gets the secret can do what it can do.
    checkRole(principal, role, client ?? undefined);
    const { text, ...secret } = await makeSecret();
    const rotated = await changeItem<Credential>(
      agent,
      { call: 'credential.rotate', id, secret, ...body },
      reply,
    );
    return { ...credentialJson(rotated), secret: text };
  });

  route(app, ops.revokeCredential, async ({ params: { id }, principal, reply }) => {
    checkOther(principal, id);
    const asked = { call: 'credential.patch', id, patch: { status: 'revoked' }, version: null };
    return credentialJson(await changeItem<Credential>(agent, asked, reply));
  });
}

/** @throws Problem */
function known(agent: Agent, id: string): Credential {
  const body = agent.catalogue.body('credential', id);
  if (body === undefined) throw new Problem('not_found', 'No credential has this id.');
  return credentialInput.parse(JSON.parse(body));
}

/** Nobody gives more than they have. @throws Problem */
function checkRole(principal: Principal, role: Role, client: string | undefined): void {
  if ((role === 'client') !== (client !== undefined)) {
    const message = role === 'client' ? 'is needed for the role client' : 'belongs to the role client alone';
    throw new Problem('invalid_request', `The client ${message}.`, {
      errors: [{ pointer: '/client', message }],
    });
  }
  const missing = ROLES[role].find((scope) => !principal.scopes.has(scope));
  if (missing !== undefined)
    throw new Problem(
      'forbidden',
      `A ${role} may ${missing}, which your token does not have: you cannot give it.`,
    );
}

/** @throws Problem where somebody would shut themselves out */
function checkOther(principal: Principal, id: string): void {
  if (principal.credential === id)
    throw new Problem('forbidden', 'You came in with this credential. Change or revoke it with another one.');
}

/** Without its hashes: they are nobody's to read. */
function credentialJson({ secrets, client, createdAtMs, ...rest }: Credential): ops.CredentialJson {
  return {
    ...rest,
    ...(client === null ? {} : { client }),
    createdAt: new Date(createdAtMs).toISOString(),
    secrets: secrets.map(({ id, createdAtMs: madeMs, expiresAtMs }) => ({
      id,
      createdAt: new Date(madeMs).toISOString(),
      expiresAt: expiresAtMs === null ? null : new Date(expiresAtMs).toISOString(),
    })),
  };
}
