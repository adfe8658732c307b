/** Enrolling: a new device hands in a one-time code and its public key, and becomes a replica. */
import type { ReplicaId } from '../ids.ts';
import type { Enrolled } from '../wire/frames.ts';
import type { Machine } from './machine.ts';
import type { ConnectionEvents, LinkConnection } from './parent-link.ts';
import { enrolProof, type Signer } from './proofs.ts';

const ENROL_MS = 10_000;

export interface EnrolPorts {
  readonly url: string;
  readonly identity: Signer & { readonly publicKey: Uint8Array };
  readonly after: Machine['after'];
  connect(events: ConnectionEvents): LinkConnection;
}

/** The parent gave no answer: its code is as good as before. */
export class ParentUnreachable extends Error {
  override readonly name = 'ParentUnreachable';
}

/** @returns what the device is now. Rejects with an Error: what the parent said, or `ParentUnreachable`. */
export function enrolAt(ports: EnrolPorts, replica: ReplicaId, code: string): Promise<Enrolled> {
  const { url, identity } = ports;
  return new Promise((resolve, reject) => {
    const finish = (outcome: Enrolled | string | Error) => {
      forget();
      if (typeof outcome === 'string') reject(new Error(outcome));
      else if (outcome instanceof Error) reject(outcome);
      else resolve(outcome);
      connection.end();
    };
    const connection: LinkConnection = ports.connect({
      frame: (frame) => {
        switch (frame.kind) {
          case 'challenge':
            void Promise.resolve(identity.sign(enrolProof(frame.nonce, frame.parent, replica, code))).then(
              (signature) =>
                connection.send({ kind: 'enrol', replica, code, publicKey: identity.publicKey, signature }),
              (error: unknown) => finish(`The key of this device does not sign: ${String(error)}`),
            );
            return;
          case 'enrolled':
            return finish(frame);
          case 'refuse':
            return finish(`${url} refused: ${frame.message}`);
          default:
            return finish(`${url} answered with ${frame.kind}, which is no answer to enrol.`);
        }
      },
      closed: (why) =>
        finish(
          new ParentUnreachable(
            `${url} cannot be reached: ${why}. Check the address, and that the parent runs.`,
          ),
        ),
    });
    const forget = ports.after(ENROL_MS, () => connection.end());
  });
}
