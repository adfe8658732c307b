/** Two ends of a connection over loopback, for tests of what is done to a socket. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll } from 'vitest';

/** Makes pairs while the file's tests run. What the client sends is read, and dropped where nobody listens. */
export function socketPairs(): () => Promise<[client: Socket, served: Socket]> {
  let server: Server;
  beforeAll(async () => {
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => void server.close());
  return async () => {
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const [served] = (await once(server, 'connection')) as [Socket];
    served.resume();
    return [client, served];
  };
}
