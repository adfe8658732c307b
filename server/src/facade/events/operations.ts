/** Reading the feed. */
import { documentId, locationId, sku } from '@tallystick/store-agent';
import { z } from 'zod';
import { owned } from '../../access/scopes.ts';
import { EVENT_TYPES } from '../../events/catalogue.ts';
import { type Operation, operation } from '../operation.ts';
import { eventSchema } from './schema.ts';

const VALUES_MAX = 100;

/** Values of one filter; said again and again, or once. What is wrong is said of the form that was meant. */
function some<T extends z.ZodType>(value: T) {
  return z
    .union([value, z.array(value).min(1).max(VALUES_MAX, `may be said ${VALUES_MAX} times at most`)], {
      error: ({ input, errors }) => {
        const wrong = (errors as readonly { readonly message: string }[][])[Array.isArray(input) ? 1 : 0];
        return wrong?.[0]?.message;
      },
    })
    .optional();
}

const POLL_WAIT_S_MAX = 30;
const position = z.string().regex(/^\d{1,16}$/, 'must be the id of an event');

export const listEvents = operation({
  id: 'listEvents',
  tag: 'Events',
  access: owned('events:read'),
  method: 'GET',
  path: '/v1/events',
  summary: 'Follow what happens, in the order of the books',
  description:
    'One sequence, three ways. With `Accept: text/event-stream` each event is sent as it comes, its id as the id of ' +
    'the stream: a browser that reconnects sends it as `Last-Event-ID` and goes on from there. As a WebSocket, each ' +
    'message is an event. Otherwise events come as a list; with `wait` the answer is kept until there is one, or for ' +
    'so long. Values of one filter are alternatives; filters narrow each other. A stream says `event: status` now and ' +
    'again, with a position as its id up to which nothing is left to be told; a socket `{"status": …}`. The last word ' +
    'is `event: end` or `{"end": …}`, a problem with `after` to go on from: to a reader that takes too little for too ' +
    'long, whose token has ended, or whose place is not kept any more.',
  query: z.strictObject({
    after: position.optional().meta({
      description: 'The last id that you have seen; 0 for all. Without it, what comes from now on.',
    }),
    wait: z.coerce
      .number()
      .int()
      .min(0)
      .max(POLL_WAIT_S_MAX)
      .default(0)
      .meta({ description: 'Seconds to wait for an event. Of a list only.' }),
    limit: z.coerce
      .number()
      .int()
      .min(1)
      .max(1_000)
      .default(100)
      .meta({ description: 'How many to give at once. Of a list only.' }),
    type: some(z.enum(EVENT_TYPES)),
    sku: some(sku),
    location: some(locationId),
    order: some(documentId),
  }),
  cacheControl: 'no-store',
  needs: 'nobody',
  staysOpen: true,
  routeClass: 'read',
  answers: {
    200: {
      description: 'Events, oldest first.',
      body: z
        .object({
          items: z.array(eventSchema),
          next: z.string().meta({ description: 'Send it as `after` to read on.' }),
          asOf: z.iso.datetime().nullable().meta({
            description:
              'When the authority last said that these are all. Null where it never did since the start.',
          }),
          isConnected: z.boolean().meta({ description: 'False while the authority cannot be reached.' }),
        })
        .meta({ id: 'EventList' }),
    },
  },
  problems: ['position_gone', 'authority_unreachable'],
  examples: {
    first: { summary: 'The first event that there ever was', query: { after: '0', limit: '1' }, status: 200 },
    ahead: { summary: 'A position that does not exist yet', query: { after: '9007199254740' }, status: 410 },
  },
});

export const EVENT_OPERATIONS: readonly Operation[] = [listEvents];
