/** `tallystick keep-customers`: customers of the books move to the region that is to keep them; shows how far it came. */
import { setTimeout as pause } from 'node:timers/promises';
import { ConfigError, readArgs } from '@tallystick/store-agent';
import { operator, WHERE } from './ask.ts';

const LOOK_EVERY_MS = 500;
/** Regions look every five seconds; one that took nobody for so long is not taking. */
const PATIENCE_MS = 30_000;

interface Left {
  readonly left: number;
}

/** @returns 0 once all have moved, or where nobody waits for it; 1 where the region takes nobody */
export async function askKeepCustomers(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArgs(args, {
    ...WHERE,
    customer: { type: 'string' },
    stop: { type: 'boolean' },
    'no-wait': { type: 'boolean' },
  });
  const [region] = positionals;
  if (region === undefined || (values.stop === true && values.customer !== undefined))
    throw new ConfigError(
      'Say which region: tallystick keep-customers eu [--customer ID,…] [--no-wait]; or --stop.',
    );
  const books = operator(values);
  const at = `/v1/customer-moves/${encodeURIComponent(region)}`;
  const say = (words: string, json: object) =>
    process.stdout.write(values.json ? `${JSON.stringify(json)}\n` : `${words}\n`);
  if (values.stop) {
    const said = (await books.request('DELETE', at)) as { stopped: number };
    say(`${said.stopped} customers stay in the books; who has moved stays in ${region}.`, said);
    return 0;
  }
  const customers = values.customer?.split(',').map((id) => id.trim());
  const asked = (await books.request('POST', '/v1/customer-moves', {
    region,
    ...(customers === undefined ? {} : { customers }),
  })) as Left & { marked: number };
  if (values['no-wait'] || asked.left === 0) {
    say(
      asked.left === 0
        ? `Nobody is left to move to ${region}.`
        : `${asked.left} customers are to move to ${region}.`,
      { region, ...asked },
    );
    return 0;
  }
  const looks = PATIENCE_MS / LOOK_EVERY_MS;
  let { left } = asked;
  say(`${left} customers are to move to ${region}.`, { region, ...asked });
  for (let still = 0; left > 0 && still < looks; still += 1) {
    await pause(LOOK_EVERY_MS);
    const now = ((await books.request('GET', at)) as Left).left;
    if (now === left) continue;
    still = -1;
    left = now;
    say(`${asked.left - left} of ${asked.left} have moved.`, { region, left });
  }
  if (left === 0) return 0;
  throw new ConfigError(
    `${region} has taken nobody for ${PATIENCE_MS / 1_000} s; ${left} are left. Is it up, and is settings.customers.keptIn at "region" there? The move goes on by itself once it is; --stop ends it.`,
  );
}
