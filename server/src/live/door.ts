/** The door for live carts: `/v1/carts/live/{cartId}`, for unmodified `WebsocketProvider`s of y-websocket 3. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { isDocumentId, type ReplicaId } from '@tallystick/crdt';
import { CART_BYTES_MAX } from '@tallystick/crdt/cart';
import type { ErrorCode } from '@tallystick/crdt/wire';
import { errorKind } from '@tallystick/crdt/wire';
import {
  type Agent,
  addressOf,
  closeSocketsOf,
  openUpgradeDoor,
  Problem,
  problemJson,
  sourceOf,
} from '@tallystick/store-agent';
import type { FastifyInstance } from 'fastify';
import { WebSocketServer } from 'ws';
import { TokenBuckets } from '../facade/limits/token-buckets.ts';
import { keeperIn, readCartToken } from './cart-token.ts';
import { Connection } from './connection.ts';
import { FarCarts } from './far-carts.ts';
import { FarClient } from './far-client.ts';
import { deniedFrame } from './frames.ts';
import type { OpenCarts } from './live.ts';
import type { LiveCart } from './live-cart.ts';
import type { LiveSocket } from './paced.ts';
import { WireSocket } from './wire-socket.ts';

const PATH = '/v1/carts/live/';
/** The subprotocol that carries a token, for who does not want it in a URL. */
const TOKEN_PROTOCOL = 'yauth-';
/** A frame around the largest update. */
const FRAME_BYTES_MAX = CART_BYTES_MAX + 1_024;
const CONNECTIONS_MAX = 20_000;
/** More devices at one cart at once are none of one shopper. */
const CONNECTIONS_PER_CART = 64;
/** Messages of one connection: a person taps a few times a second, a provider that reconnects sends a handful. */
const PACE = { perSecond: 200, burst: 1_000 };
/** Of all at one cart: each edit is told to each of them, and others’ carts are in the same process. */
const CART_PACE = { perSecond: 400, burst: 2_000 };
const LOOK_EVERY_MS = 10_000;
const POLICY_VIOLATION = 1008;
const TRY_AGAIN = 1013;

export function liveDoor(app: FastifyInstance, agent: Agent, { carts, file, hints }: OpenCarts): void {
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: FRAME_BYTES_MAX,
    handleProtocols: (offered) => [...offered].find((name) => name.startsWith(TOKEN_PROTOCOL)) ?? false,
  });
  const { rates, proxies } = agent.settings;
  const newcomers = rates === 'off' ? undefined : new TokenBuckets(rates.write);
  const [pace, cartPace] = [new TokenBuckets(PACE), new TokenBuckets(CART_PACE)];
  const connections = new Set<{ look(nowMs: number): void }>();
  const nowMs = () => performance.now();
  let opened = 0;

  /** @throws Problem unless the token is for this cart, which is kept here */
  const kept = (id: string, token: string): { cart: LiveCart; mayEdit: boolean } => {
    const found = readCartToken(file.secret, token, Date.now());
    if (found === undefined)
      throw new Problem('unauthenticated', 'Send the token of this cart, as token in the query.');
    if (found.cart !== id) throw new Problem('forbidden', 'The token is for another cart.');
    const cart = carts.find(id);
    if (cart === undefined) throw new Problem('unknown_cart', `No cart ${id} is kept here.`);
    if (connections.size >= CONNECTIONS_MAX || cart.listeners.size >= CONNECTIONS_PER_CART)
      throw new Problem('overloaded', 'Too many devices are connected.');
    return { cart, mayEdit: found.mode === 'edit' };
  };

  const pacesAt = (cart: string) => {
    opened += 1;
    return [
      { buckets: pace, name: String(opened) },
      { buckets: cartPace, name: cart },
    ];
  };

  const connect = (socket: LiveSocket, { cart, mayEdit }: ReturnType<typeof kept>) => {
    const connection = new Connection(socket, {
      carts,
      cart,
      hints,
      mayEdit,
      paces: pacesAt(cart.id),
      nowMs,
    });
    connections.add(connection);
    socket.on('close', () => {
      connections.delete(connection);
      connection.left();
    });
  };

  const far = new FarCarts({
    self: agent.id,
    send: (frame) => agent.host.sendCart(frame),
    knock: (socket, id, token) => {
      try {
        connect(socket, kept(id, token));
      } catch (error) {
        const problem = problemOf(agent, error);
        socket.send(deniedFrame(problem.message));
        socket.close(errorKind(problem.code).retryable ? TRY_AGAIN : POLICY_VIOLATION, problem.message);
      }
    },
  });
  agent.hearCarts(far);

  const connectFar = (socket: LiveSocket, keeper: ReplicaId, id: string, token: string) => {
    const session = far.open(keeper, id, token);
    if (session === undefined) {
      socket.close(TRY_AGAIN, `${keeper}, which keeps the cart, cannot be reached now.`);
      return;
    }
    const client = new FarClient(socket, session, pacesAt(id), nowMs);
    connections.add(client);
    socket.on('close', () => connections.delete(client));
  };

  /** @returns what to do with the socket once it is one @throws Problem */
  const admit = (request: IncomingMessage, url: URL): ((socket: LiveSocket) => void) => {
    const address = addressOf(request, proxies);
    if (newcomers?.take(sourceOf(address), performance.now()).isAllowed === false)
      throw new Problem('rate_limited', 'This address connects too often.');
    const id = cartIdOf(url);
    const token = tokenOf(request, url);
    const keeper = keeperIn(token);
    if (keeper === undefined || keeper === agent.id || !agent.catalogue.isRegion(keeper as ReplicaId)) {
      const found = kept(id, token);
      return (socket) => connect(socket, found);
    }
    if (connections.size >= CONNECTIONS_MAX || far.isFull)
      throw new Problem('overloaded', 'Too many devices are connected.');
    return (socket) => connectFar(socket, keeper as ReplicaId, id, token);
  };

  openUpgradeDoor(app, (request, socket, head) => {
    const url = urlOf(request);
    if (url === undefined || !url.pathname.startsWith(PATH)) return false;
    try {
      const enter = admit(request, url);
      server.handleUpgrade(request, socket, head, (ws) => enter(new WireSocket(ws, socket)));
    } catch (error) {
      refuse(socket, problemOf(agent, error));
    }
    return true;
  });

  const looking = setInterval(() => {
    const nowMs = performance.now();
    for (const connection of connections) connection.look(nowMs);
  }, LOOK_EVERY_MS);
  looking.unref();
  closeSocketsOf(app, server);
  app.addHook('onClose', (_app, done) => {
    clearInterval(looking);
    far.cut();
    done();
  });
}

function problemOf(agent: Agent, error: unknown): Problem {
  if (error instanceof Problem) return error;
  agent.log.error({ err: error }, 'a cart could not be opened');
  return new Problem('read_only', 'Carts cannot be read now.');
}

function urlOf(request: IncomingMessage): URL | undefined {
  try {
    return new URL(request.url ?? '', 'http://region');
  } catch {
    return undefined;
  }
}

function cartIdOf(url: URL): string {
  let id = '';
  try {
    id = decodeURIComponent(url.pathname.slice(PATH.length));
  } catch {
    // What cannot be decoded names no cart.
  }
  if (!isDocumentId(id)) throw new Problem('invalid_request', 'The path names no cart.');
  return id;
}

function tokenOf(request: IncomingMessage, url: URL): string {
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  const named = offered.find((name) => name.startsWith(TOKEN_PROTOCOL))?.slice(TOKEN_PROTOCOL.length);
  return url.searchParams.get('token') ?? named ?? '';
}

function refuse(socket: Duplex, problem: Problem): void {
  const code: ErrorCode = problem.code;
  const body = JSON.stringify(problemJson(problem));
  socket.on('error', () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${errorKind(code).status} ${code}\r\nconnection: close\r\ncontent-type: application/problem+json\r\n` +
      `cache-control: no-store\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}
