/** Enrolling from this process: over a socket of `ws`, with what the parent says as a mistake of the set-up. */
import type { ReplicaId } from '@tallystick/crdt';
import { enrolAt } from '@tallystick/crdt/host';
import type { Enrolled } from '@tallystick/crdt/wire';
import { WebSocket } from 'ws';
import { ConfigError } from '../config-error.ts';
import type { Identity } from '../identity.ts';
import { nodeMachine } from '../machine.ts';
import type { LinkTls } from '../tls/parent-tls.ts';
import { Connection, WS_OPTIONS } from './connection.ts';

/** @throws ConfigError with what the parent said, or why it could not be reached. */
export async function enrol(
  url: string,
  replica: ReplicaId,
  code: string,
  identity: Identity,
  tls?: LinkTls,
): Promise<Enrolled> {
  const { after } = nodeMachine();
  try {
    return await enrolAt(
      {
        url,
        identity,
        after,
        connect: (events) => new Connection(new WebSocket(url, { ...WS_OPTIONS, ...tls }), events),
      },
      replica,
      code,
    );
  } catch (error) {
    throw new ConfigError((error as Error).message);
  }
}
