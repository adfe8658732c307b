/** A shape as server-sent events: changes as they are committed, each batch ended by word that this is all. */
import type { ServerResponse } from 'node:http';
import type { Offset } from '../shape/offset.ts';
import { isBehind } from '../shape/offset.ts';
import type { Shape } from '../shape/shape.ts';
import type { Shapes } from '../shapes.ts';
import { PIECE_BYTES } from './answer.ts';
import { SSE_MS } from './headers.ts';
import { upToDate } from './told.ts';

/** Between stands nobody who hangs up on a line that is silent for less. */
const KEEP_ALIVE_MS = 21_000;

/** @param raw whose head is written; it is ended here, and its reader comes again with the offset of the last word */
export async function sendEvents(
  shapes: Pick<Shapes, 'seenLsn' | 'confirm'>,
  shape: Shape,
  from: Offset,
  raw: ServerResponse,
  gone: AbortSignal,
  forMs = SSE_MS,
): Promise<void> {
  const untilMs = performance.now() + forMs;
  let at = from;
  let isSaid = false;
  let heardMs = performance.now();
  while (!gone.aborted && !shape.isEnded && !isBehind(shape.log.floor, at)) {
    const { texts, last, isAll } = shape.after(at, PIECE_BYTES);
    at = last;
    if (texts.length > 0 || !isSaid) {
      const items = isAll ? [...texts, upToDate(shapes.seenLsn)] : texts;
      const isSo = await shapes.confirm(shape).then(
        () => !shape.isEnded,
        () => false,
      );
      if (!isSo) break;
      const isTaken = raw.write(items.map((text) => `data: ${text}\n\n`).join(''));
      isSaid = true;
      heardMs = performance.now();
      // Whoever reads slowly is sent no more until it has what it was sent.
      if (!isTaken) await drained(raw, gone);
      continue;
    }
    const leftMs = untilMs - performance.now();
    if (leftMs <= 0) break;
    await shape.wait(Math.min(leftMs, Math.max(1, heardMs + KEEP_ALIVE_MS - performance.now())), gone);
    if (performance.now() - heardMs >= KEEP_ALIVE_MS) {
      raw.write(': keep-alive\n\n');
      heardMs = performance.now();
    }
  }
  raw.end();
}

function drained(raw: ServerResponse, gone: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      raw.off('drain', done);
      gone.removeEventListener('abort', done);
      resolve();
    };
    raw.once('drain', done);
    gone.addEventListener('abort', done);
  });
}
