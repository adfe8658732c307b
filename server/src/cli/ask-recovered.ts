/** `tallystick recovered`: how far a recovery of the books has come, and the act that takes back what is left (F6). */
import { createHash } from 'node:crypto';
import { ConfigError, readOptions, uuidv7 } from '@tallystick/store-agent';
import { operator, readCounted, WHERE } from './ask.ts';

interface Recovery {
  readonly words: string;
  readonly left?: readonly { readonly pool: string; readonly n: number }[];
  readonly reclaimed?: readonly { readonly pool: string; readonly n: number }[];
}

export async function askRecovered(args: readonly string[]): Promise<number> {
  const values = readOptions(args, {
    ...WHERE,
    operator: { type: 'string' },
    counted: { type: 'string' },
    gone: { type: 'string' },
    id: { type: 'string' },
  });
  const { counted, gone } = values;
  if (values.operator === undefined && (counted ?? gone ?? values.id) !== undefined)
    throw new ConfigError('Name yourself: tallystick recovered --operator anna');
  const door = operator(values);
  const recovery = (
    values.operator === undefined
      ? await door.request('GET', '/v1/recovery')
      : await door.request('POST', '/v1/recoveries', {
          id: values.id ?? actId(counted),
          operator: values.operator,
          ...(counted === undefined ? {} : { counted: readCounted(counted) }),
          ...(gone === undefined ? {} : { gone: gone.split(',').map((id) => id.trim()) }),
        })
  ) as Recovery;
  if (values.json) process.stdout.write(`${JSON.stringify(recovery)}\n`);
  else process.stdout.write(text(recovery));
  return 0;
}

function text({ words, left, reclaimed }: Recovery): string {
  const list = (items: readonly { pool: string; n: number }[]) =>
    items.map(({ pool, n }) => `    ${n} × ${pool}\n`).join('');
  let said = words;
  if (left !== undefined && left.length > 0) said += list(left);
  if (reclaimed !== undefined)
    said += reclaimed.length > 0 ? `Taken back:\n${list(reclaimed)}` : 'Nothing was taken back.\n';
  return said;
}

/** All that is left can be taken back once only, whatever the act is called; a count names its act, as in `retire`. */
function actId(counted: string | undefined): string {
  if (counted === undefined) return `recovered-${uuidv7()}`;
  const parts = counted.split(',').map((part) => part.trim());
  return `recovered-${createHash('sha256').update(parts.sort().join(',')).digest('hex').slice(0, 16)}`;
}
