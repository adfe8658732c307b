/** Server-sent events: one stream of HTTP, each event with its id, so that any browser resumes by itself. */
import { beforeCutOff } from '@tallystick/store-agent';
import type { FastifyReply } from 'fastify';
import type { Held } from '../../events/event.ts';
import type { Filter } from '../../events/filter.ts';
import type { Stream, StreamEnd } from '../../events/streams.ts';
import { endJson } from './end-problem.ts';
import type { RegionEvents } from './region-events.ts';

/** Waiting for a reader that is slow; then it is left alone until it has taken them. */
const BUFFERED_BYTES_MAX = 64 * 1024;

export function openEventStream(
  events: RegionEvents,
  filter: Filter,
  after: number,
  reply: FastifyReply,
): FastifyReply {
  reply.hijack();
  const { raw } = reply;
  // Who left while the first piece was looked up closes nothing any more.
  if (raw.destroyed) return reply;
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) raw.setHeader(name, value);
  raw.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store, no-transform',
    // What stands between would otherwise gather events until there are many.
    'x-accel-buffering': 'no',
  });
  // With an id of its own, so that who is told of nothing for weeks goes on from here and not from before them.
  const status = (at: number) => named('status', at, events.status(at));
  raw.write(`retry: 1000\n${status(after)}`);
  // It may have ended before it is known. Without a socket it waits behind another answer, and who does not take that
  // one hears nothing of this.
  let stream: Stream | undefined;
  const stay = raw.socket === null ? () => {} : beforeCutOff(raw.socket, () => stream?.end('too-slow'));
  stream = events.streams.open(filter, after, {
    send: (list) => {
      raw.write(list.map(eventText).join(''));
      return raw.writableLength <= BUFFERED_BYTES_MAX;
    },
    beat: (at) => void raw.write(status(at)),
    end: (end: StreamEnd) => {
      stay();
      raw.end(endText(end));
    },
  });
  raw.on('drain', () => stream?.resume());
  raw.on('close', () => {
    stay();
    stream?.close();
  });
  return reply;
}

function eventText({ position, text }: Held): string {
  return `id: ${position}\ndata: ${text}\n\n`;
}

/** A place that is gone is not replaced by another: who reads on has to know that something is missing. */
function endText(end: StreamEnd): string {
  return named('end', end.why === 'gone' ? undefined : end.after, endJson(end));
}

function named(name: string, at: number | undefined, value: unknown): string {
  return `event: ${name}\n${at === undefined ? '' : `id: ${at}\n`}data: ${JSON.stringify(value)}\n\n`;
}
