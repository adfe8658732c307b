/** auth: what it costs a region to know who asks, and how often; and to follow a request by its trace. */
import { request } from '../chaos/http.ts';
import type { Bench, Case, Place } from './bench.ts';
import { openServer } from './books.ts';
import { startHelper } from './helper.ts';
import { ENOUGH } from './rates.ts';
import { DURABLE, httpCase } from './sale-cases.ts';
import { ratio } from './target.ts';
import { openTownOf } from './town.ts';
import type { Trade } from './trade.ts';

const TRADE: Trade = { skus: 1_000, linesPerOrder: 1 };
const ASK_MS = 10_000;
/** Longer than a bench: who gets a new one now and then is not what is measured. */
const TOKEN_SECONDS = 86_400;

const TRACE = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

const OPEN = { auth: { signIn: 'off' as const }, rates: 'off' as const };
const GUARDED = {
  auth: { signIn: 'required' as const, tokenSeconds: TOKEN_SECONDS },
  rates: { read: ENOUGH, write: ENOUGH, bulk: ENOUGH },
};

async function open(place: Place): Promise<Case[]> {
  const server = await openServer(place);
  const { ports, token } = await openTownOf(place, server.url, TRADE, {
    open: { isCut: true, settings: OPEN },
    guarded: { isCut: true, settings: GUARDED },
    // From its first trace on, a process pays for each promise: the others are to see none.
    traced: { isCut: true, settings: GUARDED },
  });
  const load = startHelper(place, './processes/load.ts');
  const region = `a region process whose line to its authority is cut: ${DURABLE}`;
  const refused = await request(ports.guarded, 'POST', '/v1/orders', {}, ASK_MS);
  if (refused.status !== 401) throw new Error(`Without a token it answers ${refused.status}.`);
  return [
    httpCase(load, {
      name: 'open',
      port: ports.open,
      note: `${region}; whoever reaches it may do everything`,
      trade: TRADE,
    }),
    httpCase(load, {
      name: 'guarded',
      port: ports.guarded,
      note: 'the same with a token a request: whose, whether it was taken back, its scopes, its address; the limit of the address and the headers that say it',
      trade: TRADE,
      headers: { authorization: `Bearer ${await token('guarded')}` },
    }),
    httpCase(load, {
      name: 'traced',
      port: ports.traced,
      note: 'the same with a trace a request, whose spans go to no collector',
      trade: TRADE,
      headers: { authorization: `Bearer ${await token('traced')}`, traceparent: TRACE },
    }),
  ];
}

export const auth: Bench = {
  name: 'auth',
  about:
    'POST /v1/orders with and without sign-in and limits, and with a trace; the hash chain and who did it are in both',
  rounds: 3,
  seconds: 2,
  open,
  targets: [ratio('guarded', 'open', 2 / 3), ratio('traced', 'open', 2 / 3)],
};
