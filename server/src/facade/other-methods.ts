/** Methods that a path does not have: 405 and the ones it has, where it would otherwise look as if nothing was there. */
import { Problem } from '@tallystick/store-agent';
import type { FastifyInstance } from 'fastify';
import type { Operation } from './operation.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
/** No call takes these. What a browser asks before a call is answered before it comes here (CORS). */
const TAKEN_BY_NONE = ['OPTIONS', 'TRACE'] as const;

type Call = Pick<Operation, 'method' | 'path'>;

/** To be called once all calls have their routes. */
export function refuseOtherMethods(app: FastifyInstance, calls: readonly Call[]): void {
  for (const path of new Set(calls.map((call) => call.path))) {
    const allowed = methodsAt(path, calls);
    if (allowed.has('GET')) allowed.add('HEAD');
    const allow = METHODS.filter((method) => allowed.has(method)).join(', ');
    const url = path.replace(/\{(\w+)\}/g, ':$1');
    const others = [...METHODS, ...TAKEN_BY_NONE].filter((method) => !allowed.has(method));
    app.route({
      // Shapes answer a browser's question themselves, for pages of anywhere.
      method: others.filter((method) => !app.hasRoute({ url, method })),
      url,
      config: { access: 'public' },
      // Before the body is read: nothing is done with it.
      onRequest: async (request, reply) => {
        reply.header('allow', allow);
        throw new Problem('method_not_allowed', `${path} takes ${allow}, and not ${request.method}.`);
      },
      handler: () => undefined,
    });
  }
}

/** Also those of a path with a parameter that this one is a case of: somebody may call an order `batch`. */
function methodsAt(path: string, calls: readonly Call[]): Set<string> {
  const parts = path.split('/');
  const isAt = (other: readonly string[]) =>
    other.length === parts.length && other.every((part, i) => part === parts[i] || part.startsWith('{'));
  return new Set(calls.filter((call) => isAt(call.path.split('/'))).map(({ method }) => method));
}
