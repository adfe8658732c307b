/** Questions and orders to a running authority: why, retire, move, enroll. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ConfigError, readArgs } from '@tallystick/store-agent';
import type { Moved } from '../authority/move.ts';
import type { Why } from '../authority/why.ts';
import { Operator } from './fleet/operator.ts';
import { TOKEN_FILE } from './run-authority.ts';

export const WHERE = {
  data: { type: 'string' },
  url: { type: 'string' },
  json: { type: 'boolean' },
} as const;
const DEFAULT_URL = 'http://127.0.0.1:7410';

/** The operator's way in: the token from the fleet's folder, or from TALLYSTICK_OPERATOR_TOKEN. */
export function operator(values: { readonly data?: string; readonly url?: string }): Operator {
  const fromEnv = process.env.TALLYSTICK_OPERATOR_TOKEN;
  if (fromEnv !== undefined) return new Operator(values.url ?? DEFAULT_URL, fromEnv);
  const folder = join(resolve(values.data ?? '.tallystick'), 'authority');
  try {
    const token = readFileSync(join(folder, TOKEN_FILE), 'utf8').trim();
    return new Operator(values.url ?? urlOf(folder), token);
  } catch {
    throw new ConfigError(`No operator token in ${folder}. Name the fleet’s folder with --data DIR.`);
  }
}

function urlOf(folder: string): string {
  try {
    return readFileSync(join(folder, 'url'), 'utf8').trim();
  } catch {
    return DEFAULT_URL;
  }
}

export async function askWhy(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArgs(args, WHERE);
  const [sku] = positionals;
  if (sku === undefined) throw new ConfigError('Name a SKU: tallystick why MUG-STONE');
  const why = (await operator(values).request('GET', `/v1/why/${encodeURIComponent(sku)}`)) as Why;
  process.stdout.write(values.json ? `${JSON.stringify(why)}\n` : why.words);
  return 0;
}

export async function askRetire(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArgs(args, {
    ...WHERE,
    operator: { type: 'string' },
    counted: { type: 'string' },
    'with-children': { type: 'boolean' },
    former: { type: 'boolean' },
    'machine-is-off': { type: 'boolean' },
    id: { type: 'string' },
  });
  const [replica] = positionals;
  if (replica === undefined || values.operator === undefined) {
    throw new ConfigError('Name the replica and yourself: tallystick retire berlin-till-2 --operator anna');
  }
  if (values.former) return askFormer(values, replica, values.operator);
  if (values['machine-is-off']) throw new ConfigError('--machine-is-off goes with --former.');
  const body = {
    id: values.id ?? actId('retire', replica, values.counted ?? ''),
    replica,
    operator: values.operator,
    ...(values.counted === undefined ? {} : { counted: readCounted(values.counted) }),
    ...(values['with-children'] ? { withChildren: true } : {}),
  };
  const result = (await operator(values).request('POST', '/v1/retirements', body)) as TakenBack;
  if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else {
    process.stdout.write(`${replica} is retired: ${result.writers.length} writer(s) shut out.\n`);
    sayTakenBack(result, 'run retire again with --counted SKU@PLACE=N,…');
  }
  return 0;
}

interface TakenBack {
  readonly writers: readonly string[];
  readonly reclaimed: readonly { readonly pool: string; readonly n: number }[];
  readonly exposure: readonly { readonly pool: string; readonly n: number }[];
}

function sayTakenBack({ reclaimed, exposure }: TakenBack, next: string): void {
  const list = (items: TakenBack['exposure']) => items.map(({ pool, n }) => `    ${n} × ${pool}\n`).join('');
  if (reclaimed.length > 0) process.stdout.write(`  taken back:\n${list(reclaimed)}`);
  if (exposure.length === 0) return;
  process.stdout.write(`  it may still hold, or have sold without telling:\n${list(exposure)}`);
  process.stdout.write(`  Count what is there and ${next}\n`);
}

interface Former {
  readonly counted?: string | undefined;
  readonly 'machine-is-off'?: boolean | undefined;
  readonly 'with-children'?: boolean | undefined;
  readonly id?: string | undefined;
  readonly json?: boolean | undefined;
}

/** What a restored replica held before: it goes on, and its settler takes that back. */
async function askFormer(
  values: Former & Parameters<typeof operator>[0],
  replica: string,
  by: string,
): Promise<number> {
  if (values['with-children'])
    throw new ConfigError('--former is about one replica, which goes on: leave out --with-children.');
  const { counted } = values;
  const result = (await operator(values).request('POST', '/v1/former-lives', {
    id: values.id ?? actId('former', replica, counted ?? ''),
    replica,
    operator: by,
    ...(counted === undefined ? {} : { counted: readCounted(counted) }),
    ...(values['machine-is-off'] ? { machineIsOff: true } : {}),
  })) as TakenBack;
  if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else {
    const { length } = result.writers;
    process.stdout.write(
      length === 0
        ? `No life of ${replica} has ended.\n`
        : `${replica} goes on; ${length} former ${length === 1 ? 'life' : 'lives'} of it ended.\n`,
    );
    sayTakenBack(result, 'run this again with --counted SKU@PLACE=N,… --machine-is-off');
  }
  return 0;
}

export async function askMove(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArgs(args, {
    ...WHERE,
    to: { type: 'string' },
    operator: { type: 'string' },
  });
  const [replica] = positionals;
  const { to } = values;
  if (replica === undefined || to === undefined || values.operator === undefined) {
    throw new ConfigError(
      'Say who, where to, and by whom: tallystick move till-7 --to hamburg --operator anna',
    );
  }
  const body = { replica, to, operator: values.operator };
  const moved = (await operator(values).request('POST', '/v1/moves', body)) as Moved;
  if (values.json) process.stdout.write(`${JSON.stringify(moved)}\n`);
  else if (moved.from === to) process.stdout.write(`${replica} belongs under ${to} already.\n`);
  else
    process.stdout.write(
      `${replica} belongs under ${to} now, and no longer under ${moved.from}.\n` +
        'Stop it on its machine and start it with its new parent, which is then kept:\n' +
        `  tallystick-agent link --data DIR --parent ws://HOST-OF-${to.toUpperCase()}:PORT/link\n`,
    );
  return 0;
}

/** The same command again, after an answer that was lost, is the same act and takes nothing back twice. */
function actId(act: 'retire' | 'former', replica: string, counted: string): string {
  const parts = counted.split(',').map((part) => part.trim());
  const hash = createHash('sha256').update(parts.sort().join(',')).digest('hex');
  return `${act}-${replica}-${hash.slice(0, 16)}`;
}

/** `LAMP@berlin=3,MUG@berlin=1` */
export function readCounted(text: string): { sku: string; locationId: string; quantity: number }[] {
  return text.split(',').map((part) => {
    const match = /^(.+)@([^@=]+)=(\d+)$/.exec(part.trim());
    if (match === null) throw new ConfigError(`"${part}" is not SKU@PLACE=N.`);
    return { sku: match[1] as string, locationId: match[2] as string, quantity: Number(match[3]) };
  });
}

export async function askEnroll(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArgs(args, {
    ...WHERE,
    kind: { type: 'string' },
    parent: { type: 'string' },
    location: { type: 'string' },
  });
  const [id] = positionals;
  if (id === undefined || values.kind === undefined || values.parent === undefined) {
    throw new ConfigError('Say who: tallystick enroll hamburg --kind store --parent eu --location hamburg');
  }
  const { kind, parent, location } = values;
  const added = (await operator(values).request('POST', '/v1/replicas', {
    id,
    kind,
    parent,
    location: location ?? null,
  })) as { code: string; expiresAt: string; warning?: string };
  if (values.json) process.stdout.write(`${JSON.stringify({ id, ...added })}\n`);
  else {
    process.stdout.write(
      (added.warning === undefined ? '' : `Mind: ${added.warning}\n\n`) +
        `${id} may enrol once, until ${added.expiresAt}, with the code\n\n  ${added.code}\n\n` +
        `On its machine:\n  tallystick-agent enroll --data DIR --id ${id} --code ${added.code} \\\n` +
        `    --parent ws://HOST-OF-${parent.toUpperCase()}:PORT/link --port 7420\n`,
    );
  }
  return 0;
}
