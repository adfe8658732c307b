/** Why a stream ended, as a problem: what happened, and from where to go on. */
import { Problem, problemJson } from '@tallystick/store-agent';
import type { StreamEnd } from '../../events/streams.ts';

export function endProblem(end: StreamEnd): Problem {
  switch (end.why) {
    case 'gone':
      return new Problem(
        'position_gone',
        `${end.detail} Read the state anew, and go on with after=${end.restart}.`,
      );
    case 'refused':
      return new Problem(
        end.problem.code,
        `${end.problem.message} With one that is valid, go on with after=${end.after}.`,
      );
    case 'too-slow':
      return new Problem(
        'overloaded',
        `Events come faster than you take them. Ask for less, and go on with after=${end.after}.`,
      );
    case 'busy':
      return new Problem(
        'overloaded',
        `Too many read the past here at once. Go on with after=${end.after} in a moment, or at another region.`,
      );
    case 'stopping':
      return new Problem(
        'stopping',
        `This region is shutting down. Go on with after=${end.after} in a moment.`,
      );
    case 'unreachable':
      return new Problem(
        'authority_unreachable',
        `What is older than this region keeps cannot be read now. Go on with after=${end.after} later.`,
      );
    default:
      return end satisfies never;
  }
}

/** The last word of a stream: the problem, and the position for a program to go on from. */
export function endJson(end: StreamEnd) {
  return {
    ...problemJson(endProblem(end)),
    after: String(end.why === 'gone' ? end.restart : end.after),
  };
}
