/**
 * Proof that a request was passed on by a door of this region, and not by whoever knows the
 * header's name: the door signs what it passes on with the key that opens its links, and the
 * catalogue's copy here knows that key. What is overheard once says nothing else, elsewhere or later.
 */
import { createHash } from 'node:crypto';
import type { ReplicaId } from '@tallystick/crdt';
import type { Agent } from '@tallystick/store-agent';
import { isSignedBy } from '@tallystick/store-agent';

/** Clocks of the doors of one region differ by less, and a request is under way for less. */
const VALID_MS = 60_000;

export interface PassedOn {
  readonly from: ReplicaId;
  readonly to: ReplicaId;
  readonly method: string;
  /** Path and query, as they go over the wire. */
  readonly target: string;
  /** What the caller said in headers that its owner must hear. */
  readonly said: Readonly<Record<string, string>>;
  /** As JSON; undefined where there is none. */
  readonly body: string | undefined;
}

export function proofOf(agent: Pick<Agent, 'identity'>, passed: PassedOn, nowMs: number): string {
  const signature = agent.identity.sign(bytesOf(passed, nowMs));
  return `${passed.from} ${nowMs} ${Buffer.from(signature).toString('base64')}`;
}

/** Who passed it on, as the header says; undefined where it says nothing that can be read. */
export function passedOnBy(header: string): ReplicaId | undefined {
  return /^(\S+) \d{1,15} \S+$/.exec(header)?.[1] as ReplicaId | undefined;
}

export function isProved(
  header: string,
  passed: PassedOn,
  publicKey: string | null | undefined,
  nowMs: number,
): boolean {
  const [, at, signature] = header.split(' ');
  if (publicKey === null || publicKey === undefined || at === undefined || signature === undefined)
    return false;
  if (Math.abs(nowMs - Number(at)) > VALID_MS) return false;
  const key = Buffer.from(publicKey, 'base64');
  return isSignedBy(key, bytesOf(passed, Number(at)), Buffer.from(signature, 'base64'));
}

function bytesOf({ from, to, method, target, said, body }: PassedOn, atMs: number): Uint8Array {
  const bodyHash = createHash('sha256')
    .update(body ?? '')
    .digest('hex');
  const headers = Object.entries(said).sort(([a], [b]) => (a < b ? -1 : 1));
  // As JSON, so that no two requests are written the same way.
  return Buffer.from(
    JSON.stringify(['tallystick forward 1', from, to, atMs, method, target, headers, bodyHash]),
  );
}
