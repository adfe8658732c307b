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
