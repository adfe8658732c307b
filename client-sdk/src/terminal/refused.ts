/** What the core refused, as this package throws it. */
import type { Answer, Refusal } from '@tallystick/crdt';
import { errorKind } from '@tallystick/crdt/wire';
import { type ProblemDetails, TallystickError, type TallystickErrorCode } from '../error.ts';

/** @throws TallystickError with what the core refused */
export function accepted(answer: Answer): Extract<Answer, { ok: true }> {
  if (answer.ok) return answer;
  throw new TallystickError(answer.code as TallystickErrorCode, answer.message, {
    details: problemOf(answer),
  });
}

/** As a region would say it. */
function problemOf({ code, message, items }: Refusal): ProblemDetails {
  const { status, sentence } = errorKind(code);
  return {
    type: 'about:blank',
    title: sentence,
    status,
    code,
    detail: message,
    ...(items === undefined
      ? {}
      : {
          items: items.map(({ sku, location, requested, available, reason }) => ({
            sku,
            location,
            requested,
            available,
            reason,
          })),
        }),
  };
}

/** What was read from this device's storage. @throws TallystickError `read_only` where the browser took it away, or it is broken */
export function readHere<T>(read: Promise<T>): Promise<T> {
  return read.catch((cause: unknown) => {
    if (!(cause instanceof DOMException)) throw cause;
    const message = `What this device has stored cannot be used now: ${cause.name}: ${cause.message}`;
    throw new TallystickError('read_only', message, { cause });
  });
}
