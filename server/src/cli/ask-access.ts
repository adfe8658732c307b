/** Ways in: `tallystick token` for the fleet on this machine, `tallystick credential` at any running authority. */
import { resolve } from 'node:path';
import { ConfigError, readArgs } from '@tallystick/store-agent';
import { ROLE_NAMES, type Role } from '../access/scopes.ts';
import { operator, WHERE } from './ask.ts';
import { readCredentials, tokenFrom } from './fleet/credentials.ts';
import { unlessThere } from './fleet/operator.ts';

export async function askToken(args: readonly string[]): Promise<number> {
  const { values } = readArgs(args, {
    data: { type: 'string' },
    url: { type: 'string' },
    as: { type: 'string' },
  });
  const { url, credentials } = readCredentials(resolve(values.data ?? '.tallystick'));
  const role = values.as ?? 'integrator';
  const credential = credentials.find((each) => each.role === role);
  if (credential === undefined)
    throw new ConfigError(`Say --as ${credentials.map((each) => each.role).join(' or --as ')}.`);
  process.stdout.write(`${await tokenFrom(values.url ?? url, credential)}\n`);
  return 0;
}

export async function askCredential(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArgs(args, {
    ...WHERE,
    role: { type: 'string' },
    client: { type: 'string' },
    name: { type: 'string' },
  });
  const [id] = positionals;
  if (id === undefined || !ROLE_NAMES.includes(values.role as Role))
    throw new ConfigError(
      `Say which and what for: tallystick credential erp --role integrator (or ${ROLE_NAMES.join(', ')})`,
    );
  const { client, role } = values;
  if ((role === 'client') !== (client !== undefined))
    throw new ConfigError(
      role === 'client'
        ? 'Say whose: --role client needs --client ID.'
        : '--client is for --role client alone: other roles see everybody’s.',
    );
  const books = operator(values);
  if (client !== undefined)
    // The same again is no other one; whoever exists by this name stays as it is.
    await books
      .request('POST', '/v1/clients', { id: client, name: client, status: 'active' })
      .catch(unlessThere);
  const body = { id, name: values.name ?? id, role, client: client ?? null };
  const made = (await books.request('POST', '/v1/credentials', body)) as { id: string; secret: string };
  process.stdout.write(
    values.json
      ? `${JSON.stringify(made)}\n`
      : `client_id      ${made.id}\nclient_secret  ${made.secret}\n\nThe secret is shown this once.\n`,
  );
  return 0;
}

export async function askCashier(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArgs(args, {
    ...WHERE,
    role: { type: 'string' },
    location: { type: 'string' },
    'new-pin': { type: 'boolean' },
    remove: { type: 'boolean' },
  });
  const [id] = positionals;
  const role = values.role ?? 'cashier';
  const isNew = values['new-pin'] !== true && values.remove !== true;
  if (
    id === undefined ||
    !['cashier', 'manager'].includes(role) ||
    isNew !== (values.location !== undefined) ||
    (values['new-pin'] === true && values.remove === true)
  )
    throw new ConfigError(
      'Say who and where: tallystick cashier c-0412 --location berlin [--role manager]; or --new-pin, or --remove.',
    );
  const books = operator(values);
  const at = `/v1/cashiers/${encodeURIComponent(id)}`;
  const locations = values.location?.split(',');
  const said = (await (values.remove
    ? books.request('DELETE', at)
    : isNew
      ? books.request('POST', '/v1/cashiers', { id, role, locations })
      : books.request('POST', `${at}/pin`, {}))) as { id: string; pin?: string };
  process.stdout.write(
    values.json
      ? `${JSON.stringify(said)}\n`
      : said.pin === undefined
        ? `${id} signs in nowhere any more, once the tills have heard of it.\n`
        : `cashier  ${said.id}\nPIN      ${said.pin}\n\nThe PIN is shown this once.\n`,
  );
  return 0;
}
