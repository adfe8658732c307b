/** A credential made at the authority itself, by its operator: how the first one of a deployment comes to be. */
import { Problem } from '@tallystick/store-agent';
import { z } from 'zod';
import { clientId, credentialId, credentialInput, roleSchema } from '../access/items.ts';
import { makeSecret } from '../access/secret.ts';
import type { Authority } from './authority.ts';
import { serveCall } from './calls/serve-call.ts';

export const newCredentialBody = z.strictObject({
  id: credentialId,
  name: credentialInput.shape.name,
  role: roleSchema,
  client: clientId.nullable().default(null),
  addresses: credentialInput.shape.addresses.default([]),
});

/** @returns the secret, which is kept nowhere. @throws Problem where there is one by this name, or it does not fit */
export async function addCredential(
  authority: Authority,
  asked: z.input<typeof newCredentialBody>,
): Promise<{ readonly id: string; readonly secret: string }> {
  const credential = newCredentialBody.parse(asked);
  if ((credential.role === 'client') !== (credential.client !== null))
    throw new Problem(
      'invalid_request',
      'A credential of the role client names its client, and no other does.',
    );
  const { text, ...secret } = await makeSecret();
  const result = await serveCall(
    authority,
    JSON.stringify({ call: 'credential.create', credential, secret }),
  );
  if (!result.ok) throw new Problem(result.code, result.message);
  return { id: credential.id, secret: text };
}
