/** Enrolling: a new device hands in a one-time code and its public key, and becomes a replica. */
import type { ReplicaId } from '@tallystick/crdt';
import type { Enrolled } from '@tallystick/crdt/wire';
import { WebSocket } from 'ws';
import { ConfigError } from '../config-error.ts';
import { enrolProof, type Identity } from '../identity.ts';
import type { LinkTls } from '../tls/parent-tls.ts';
import { Connection, WS_OPTIONS } from './connection.ts';

const ENROL_MS = 10_000;

/** @throws ConfigError with what the parent said, or why it could not be reached. */
export function enrol(
  url: string,
  replica: ReplicaId,
  code: string,
  identity: Identity,
  tls?: LinkTls,
): Promise<Enrolled> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { ...WS_OPTIONS, ...tls, handshakeTimeout: ENROL_MS });
    const timer = setTimeout(() => connection.end(), ENROL_MS);
    const finish = (outcome: Enrolled | string) => {
      clearTimeout(timer);
      if (typeof outcome === 'string') reject(new ConfigError(outcome));
      else resolve(outcome);
      connection.end();
    };
    const connection: Connection = new Connection(socket, {
      frame: (frame) => {
        switch (frame.kind) {
          case 'challenge': {
            const signature = identity.sign(enrolProof(frame.nonce, frame.parent, replica, code));
            connection.send({ kind: 'enrol', replica, code, publicKey: identity.publicKey, signature });
            return;
          }
          case 'enrolled':
            return finish(frame);
          case 'refuse':
            return finish(`${url} refused: ${frame.message}`);
          default:
            return finish(`${url} answered with ${frame.kind}, which is no answer to enrol.`);
        }
      },
      closed: (why) =>
        finish(`${url} cannot be reached: ${why}. Check the address, and that the parent runs.`),
    });
  });
}
