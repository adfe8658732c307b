/** Server-sent events: one stream of HTTP, each event with its id, so that any browser resumes by itself. */
import { problemJson } from '@tallystick/store-agent';
import type { FastifyReply } from 'fastify';
import type { Held } from '../../events/event.ts';
import type { Filter } from '../../events/filter.ts';
import type { StreamEnd } from '../../events/streams.ts';
import { endProblem } from './end-problem.ts';
import type { RegionEvents } from './region-events.ts';

export function openEventStream(
  events: RegionEvents,
  filter: Filter,
  after: number,
  reply: FastifyReply,
): FastifyReply {
  reply.hijack();
  const { raw } = reply;
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) raw.setHeader(name, value);
  raw.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store, no-transform',
    // What stands between would otherwise gather events until there are many.
    'x-accel-buffering': 'no',
  });
  const say = (name: string, value: unknown) => `event: ${name}\ndata: ${JSON.stringify(value)}\n\n`;
  raw.write(`retry: 1000\n${say('status', events.status())}`);
  const stream = events.streams.open(filter, after, {
    send: (list) => raw.write(list.map(eventText).join('')),
    beat: () => void raw.write(say('status', events.status())),
    end: (why: StreamEnd) => void raw.end(say('end', problemJson(endProblem(why)))),
  });
  raw.on('drain', () => stream.resume());
  raw.on('close', () => stream.close());
  return reply;
}

function eventText({ position, text }: Held): string {
  return `id: ${position}\ndata: ${text}\n\n`;
}
