/** Turning away: what is refused for want of time is refused before anybody reads it, for next to nothing. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Problem, problemJson } from '@tallystick/store-agent';
import type { Admission } from './admission.ts';

/** Whoever looks whether this region is alive is answered at all times. */
const ALWAYS: ReadonlySet<string | undefined> = new Set(['/healthz', '/readyz', '/metrics']);
/** Seconds, in turn: those who were refused together do not come back together. */
const RETRY_AFTER_S = ['1', '2', '3'] as const;

const BODY = JSON.stringify(
  problemJson(new Problem('overloaded', 'This region has as much to do as it can. Try again in a moment.')),
);

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** Stands before the first that listens to the server's requests: the framework, which it is made with. */
export function turnAwayCrowds(server: Server, admission: Admission): void {
  const [inside] = server.listeners('request') as [Listener];
  server.off('request', inside);
  let refused = 0;
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (ALWAYS.has(request.url) || admission.admits()) {
      inside.call(server, request, response);
      return;
    }
    refused += 1;
    response.writeHead(503, [
      'content-type',
      'application/problem+json',
      'cache-control',
      'no-store',
      'retry-after',
      RETRY_AFTER_S[refused % RETRY_AFTER_S.length] as string,
      'content-length',
      String(Buffer.byteLength(BODY)),
    ]);
    response.end(BODY);
  });
}
