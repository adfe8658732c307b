/**
 * Closing connections: what becomes of them when their door closes.
 *
 * Node ends those that it takes for idle, once, when its server begins to close. It takes one for busy that was opened
 * ahead of a request that may never come, as browsers and fetch do, and one for idle whose answer has not left yet, of
 * which a slow reader then hears a part. And a connection that was busy in that moment stays open when its answer was
 * given, until its client leaves or the door's patience is over: so long would a process that stops be waited for.
 */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import type { FastifyInstance } from 'fastify';

export function closeConnectionsWith(app: FastifyInstance): void {
  const { server } = app;
  /** Every connection with the answer to the last that was asked on it; undefined where nothing was. */
  const answers = new Map<Socket, ServerResponse | undefined>();
  const opened = (socket: Socket) => {
    answers.set(socket, undefined);
    socket.once('close', () => answers.delete(socket));
  };
  if (server instanceof TlsServer) {
    const shaking = handshakes(server, opened);
    app.addHook('preClose', (done) => {
      for (const socket of shaking()) socket.destroy();
      done();
    });
  } else server.on('connection', opened);
  server.on('request', ({ socket }, answer) => answers.set(socket, answer));
  server.on('upgrade', ({ socket }) => answers.delete(socket));
  // Asked by Fastify and by Node when the door closes, and by nobody else.
  server.closeIdleConnections = () => {
    for (const [socket, answer] of answers) closeAfter(answer, socket);
  };
}

/** What is still to be written is written first. */
function closeAfter(answer: ServerResponse | undefined, socket: Socket): void {
  if (answer === undefined || answer.writableFinished) return socket.destroySoon();
  if (!answer.headersSent) answer.setHeader('connection', 'close');
  answer.once('finish', () => socket.destroySoon());
}

/** A connection with TLS has a socket below its own; nothing but their addresses says which. @returns those that have none above yet */
function handshakes(server: TlsServer, opened: (socket: Socket) => void): () => Iterable<Socket> {
  const shaking = new Map<string, Socket>();
  const nameOf = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress} ${remotePort}`;
  server.on('connection', (socket: Socket) => {
    const name = nameOf(socket);
    shaking.set(name, socket);
    socket.once('close', () => shaking.delete(name));
  });
  server.on('secureConnection', (socket) => {
    shaking.delete(nameOf(socket));
    opened(socket);
  });
  return () => shaking.values();
}
