/** `GET /v1/events`: a list, a stream of server-sent events, or a WebSocket, of one sequence. */
import { type Agent, openUpgradeDoor, Problem, routeUpgrade, wantsUpgrade } from '@tallystick/store-agent';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { maySee, type Principal } from '../../access/principal.ts';
import type { Held } from '../../events/event.ts';
import type { Filter } from '../../events/filter.ts';
import { route } from '../route.ts';
import { openSocket } from './event-socket.ts';
import { openEventStream } from './event-stream.ts';
import { pieceAfter, poll } from './long-poll.ts';
import { listEvents } from './operations.ts';
import { Readers } from './readers.ts';
import { RegionEvents } from './region-events.ts';

export function eventRoutes(app: FastifyInstance, agent: Agent): void {
  const events = new RegionEvents(agent);
  const readers = new Readers(events.streams);
  app.addHook('onReady', (done) => {
    events.start();
    done();
  });
  // Before the server closes: an open stream would keep it open for ever.
  app.addHook('preClose', (done) => {
    events.stop();
    done();
  });

  openUpgradeDoor(app, (request, socket, head) => {
    if (request.method !== 'GET' || request.url?.split('?')[0] !== listEvents.path) return false;
    routeUpgrade(app, request, socket, head);
    return true;
  });

  route(app, listEvents, async ({ query, principal, request, reply }) => {
    const filter = filterOf(query, principal.credential, request.stay());
    const isStream = wantsUpgrade(request) || (request.method === 'GET' && wantsStream(request));
    const leave = readers.enter(principal.credential);
    const unfollow = events.tail.follow();
    try {
      await events.tail.heard();
      const after = afterOf(request, query.after) ?? events.tail.last;
      if (after === undefined)
        throw new Problem(
          'authority_unreachable',
          'This region has not heard of any event yet. Try again later.',
        );
      if (!isStream) return await poll(events, filter, after, query.limit, query.wait * 1_000);
      // Who asks for what is gone hears it in the answer, where every client looks.
      await pieceAfter(events, after, filter.whose, 1);
      if (wantsUpgrade(request)) return openSocket(events, filter, after, request, reply);
      return openEventStream(events, filter, after, reply);
    } finally {
      unfollow();
      leave();
    }
  });
}

function wantsStream({ headers }: FastifyRequest): boolean {
  return headers.accept?.includes('text/event-stream') === true;
}

/** What a browser's EventSource repeats stands above the address that it was first given. */
function afterOf({ headers }: FastifyRequest, asked: string | undefined): number | undefined {
  const last = headers['last-event-id'];
  if (last === undefined || last === '') return asked === undefined ? undefined : Number(asked);
  if (typeof last === 'string' && /^\d{1,16}$/.test(last)) return Number(last);
  throw new Problem('invalid_request', 'The Last-Event-ID must be the id of an event.');
}

type Query = Parameters<
  Parameters<typeof route<never, (typeof listEvents)['query'] & {}, never>>[2]
>[0]['query'];

/** @param who asks again who it is that listens, for they may have been shut out since */
function filterOf(
  { type, sku, location, order }: Query,
  whose: string | undefined,
  who: () => Principal | Problem,
): Filter {
  return {
    whose,
    types: setOf(type),
    skus: setOf<string>(sku),
    locations: setOf<string>(location),
    orders: setOf<string>(order),
    mayHear: (event) => {
      const now = who();
      // What they are not given any more is not lost on them either: they are sent away before it.
      return now instanceof Problem || mayHear(now, event);
    },
    refusal: () => {
      const now = who();
      return now instanceof Problem ? now : undefined;
    },
  };
}

function setOf<T>(value: T | T[] | undefined): ReadonlySet<T> {
  return new Set(value === undefined ? [] : Array.isArray(value) ? value : [value]);
}

/**
 * Who may hear of what: a business client of its own orders, and of how many there are of what is for sale. The
 * merchant's own people and programs hear everything.
 */
export function mayHear(principal: Principal, { type, clientId }: Held): boolean {
  if (principal.client === undefined || type === 'stock.level_changed') return true;
  return type.startsWith('order.') && maySee(principal, clientId);
}
