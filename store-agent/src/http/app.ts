/** App: a Fastify server with our problems, our limits and, where there are children, the link's door. */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Server as TlsServer } from 'node:tls';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { WebSocketServer } from 'ws';
import type { Host } from '../host.ts';
import { WS_OPTIONS } from '../link/connection.ts';
import type { Log } from '../log.ts';
import { type DoorTls, hasShown } from '../tls/door-tls.ts';
import { traceRequests } from '../trace/door.ts';
import { allowList } from './addresses.ts';
import { closeConnectionsWith } from './closing-connections.ts';
import { refuseCompressedBodies, refuseOtherCharsets } from './content-coding.ts';
import { answerHeaders } from './headers.ts';
import { brokenRequest, frameworkProblem, installProblems, refusedExpectation } from './problem.ts';
import { readJson } from './read-json.ts';
import { cutOffSlowClients, lookEveryMs, PATIENCE, type Patience } from './slow-clients.ts';

/**
 * 10,000 lines of an order at about 200 bytes each, and room. An entry adds at most 100 bytes
 * to a line (place, unit, price), so whatever fits in here also fits in an entry of 4 MiB.
 */
const BODY_BYTES_MAX = 3 * 1024 * 1024;

export const LINK_PATH = '/link';

export interface Door {
  readonly patience?: Patience;
  /** Left out: in the clear, for networks that nobody else can reach, or behind something that does it. */
  readonly tls?: DoorTls | undefined;
  /** Origins of pages of elsewhere that may call. */
  readonly origins?: readonly string[];
  /** Addresses and networks of what stands in front of it and says for whom it asks. */
  readonly proxies?: readonly string[];
}

export function createApp(
  log: Log,
  { patience = PATIENCE, tls, origins = [], proxies = [] }: Door = {},
): FastifyInstance {
  // Node keeps the time of heads; bodies have a pace, which a total time would break.
  const http = { headersTimeout: patience.headersMs, connectionsCheckingInterval: lookEveryMs(patience) };
  const app = Fastify({
    bodyLimit: BODY_BYTES_MAX,
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    ...(tls === undefined ? { http } : { https: { ...http, ...tls.options } as never }),
    // Fastify asks of each address whether to believe what it says of the one before.
    trustProxy: proxies.length === 0 ? false : allowList(proxies),
    requestTimeout: 0,
    connectionTimeout: 60_000,
    keepAliveTimeout: 72_000,
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    // Ids that are too long are refused by what reads them, not by a missing route.
    routerOptions: { maxParamLength: 4_096 },
    frameworkErrors: frameworkProblem,
    clientErrorHandler: brokenRequest,
  }) as FastifyInstance;
  // Fastify would take text/plain as well and hand its text to a call that wants an object.
  app.removeContentTypeParser(['text/plain', 'application/json']);
  readJson(app, 'application/json');
  installProblems(app);
  traceRequests(app);
  answerHeaders(app, { isTls: tls !== undefined, origins });
  refuseCompressedBodies(app);
  refuseOtherCharsets(app);
  cutOffSlowClients(app.server, patience);
  closeConnectionsWith(app);
  app.server.on('checkExpectation', refusedExpectation);
  if (tls !== undefined) {
    const stop = tls.follow(app.server as unknown as TlsServer, log);
    app.addHook('onClose', (_app, done) => {
      stop();
      done();
    });
  }
  return app;
}

/** Takes a socket that wants another protocol, or leaves it to the next: false where the path is not its own. */
export type UpgradeDoor = (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean;

const upgradeDoors = new WeakMap<Server, UpgradeDoor[]>();

export function openUpgradeDoor(app: FastifyInstance, door: UpgradeDoor): void {
  const doors = upgradeDoors.get(app.server);
  if (doors !== undefined) {
    doors.push(door);
    return;
  }
  const opened = [door];
  upgradeDoors.set(app.server, opened);
  app.server.on('upgrade', (request, socket, head) => {
    if (opened.some((isTaken) => isTaken(request, socket, head))) return;
    // Node takes its own listener off an upgraded socket: a reset would end the process.
    socket.on('error', () => socket.destroy());
    socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n', () => socket.destroy());
  });
}

/** Children come in at `/link` on the same port; with a certificate, where the door asks for one. */
export function openLinkDoor(app: FastifyInstance, host: Host, tls?: DoorTls): WebSocketServer {
  const door = new WebSocketServer({ noServer: true, ...WS_OPTIONS });
  openUpgradeDoor(app, (request, socket, head) => {
    if (request.url?.split('?')[0] !== LINK_PATH) return false;
    if (tls?.asksChildren === true && !hasShown(request.socket)) {
      socket.on('error', () => socket.destroy());
      socket.end('HTTP/1.1 403 Show A Client Certificate\r\nconnection: close\r\n\r\n', () =>
        socket.destroy(),
      );
      return true;
    }
    door.handleUpgrade(request, socket, head, (ws) => host.accept(ws, request.headers));
    return true;
  });
  closeSocketsOf(app, door);
  return door;
}

/** Before the server closes: an upgraded socket would keep it open for ever. */
export function closeSocketsOf(app: FastifyInstance, door: WebSocketServer): void {
  app.addHook('preClose', (done) => {
    for (const ws of door.clients) ws.terminate();
    door.close();
    done();
  });
}
