/**
 * Unused connections: opened ahead of a request that may never come, as browsers and fetch do. Node takes them for
 * busy when a server closes, and would wait for them as long as for a request that is under way.
 */
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

export function letGoOfUnusedConnections(app: FastifyInstance): void {
  const unused = new Set<Socket>();
  app.server.on('connection', (socket: Socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  app.server.on('request', ({ socket }) => unused.delete(socket));
  app.server.on('upgrade', ({ socket }) => unused.delete(socket));
  app.addHook('preClose', (done) => {
    for (const socket of unused) socket.destroy();
    done();
  });
}
