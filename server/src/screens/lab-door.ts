/**
 * `/lab`: passes on to the lab of `tallystick up`, which runs beside this region on the same machine.
 *
 * There is no such door unless the program was started with the address of a lab, which `up` alone does. It lets
 * people in who prove nothing but that they sit at this machine: so the call must come to a loopback name, which no
 * page of elsewhere can make its own, and from a page of this region.
 */
import { Problem, parse } from '@tallystick/store-agent';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';

/** Shows that a region calls, which was told the key when it was started. */
export const LAB_KEY_HEADER = 'x-tallystick-lab';
/** A flood of demand takes some seconds. */
const WAIT_MS = 60_000;

/** The region's own line to the books, which the lab cuts and mends: its operators' door has no such call. */
export interface Line {
  start(): void;
  stop(): void;
}

/** For the lab alone, which has the key: cuts or mends the line of this region, until it is started again. */
export const LAB_LINE_PATH = '/lab/line';

const lineBody = z.strictObject({ state: z.enum(['up', 'down']) });

/** @param labUrl with the lab's key behind a # */
export function labDoor(app: FastifyInstance, labUrl: string | undefined, line?: Line): void {
  if (labUrl === undefined) return;
  const secret = new URL(labUrl).hash.slice(1);
  const key = { [LAB_KEY_HEADER]: secret };
  app.put(LAB_LINE_PATH, async ({ headers, body }) => {
    if (secret === '' || headers[LAB_KEY_HEADER] !== secret)
      throw new Problem('forbidden', 'This is for the lab of `tallystick up` alone.');
    const { state } = parse(lineBody, body);
    if (state === 'down') line?.stop();
    else line?.start();
    return { state };
  });
  app.route({
    method: ['GET', 'POST'],
    url: '/lab/*',
    handler: async (request, reply) => {
      mustBeHere(request);
      const answer = await fetch(new URL(request.url, labUrl), {
        method: request.method,
        ...(request.method === 'GET'
          ? { headers: key }
          : {
              headers: { ...key, 'content-type': 'application/json' },
              body: JSON.stringify(request.body ?? {}),
            }),
        signal: AbortSignal.timeout(WAIT_MS),
      }).catch(() => undefined);
      if (answer === undefined) throw new Problem('overloaded', 'The lab does not answer.');
      return reply
        .code(answer.status)
        .header('cache-control', 'no-store')
        .type(answer.headers.get('content-type') ?? 'application/json')
        .send(await answer.text());
    },
  });
}

/** @throws Problem */
function mustBeHere({ headers, method }: FastifyRequest): void {
  const host = headers.host ?? '';
  const isLoopback = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host);
  const isOwnPage =
    headers.origin === `http://${host}` || (method === 'GET' && headers['sec-fetch-site'] === 'same-origin');
  if (isLoopback && isOwnPage) return;
  throw new Problem('forbidden', 'The lab is for pages of this region, opened on this machine.');
}
