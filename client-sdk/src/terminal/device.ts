/** Device: who this browser is, written down when it was enrolled. */
import type { ReplicaId, ReplicaKind } from '@tallystick/crdt';
import { enrolAt, ParentUnreachable } from '@tallystick/crdt/host';
import { TallystickError } from '../error.ts';
import { FACTS } from './database.ts';
import { completionOf, type Database, resultOf } from './indexed-db.ts';
import { type DeviceKey, keyFrom, newKey, type StoredKey } from './key.ts';
import type { TillPorts } from './ports.ts';
import { LinkSocket } from './socket.ts';

const DEVICE = 'device';

interface StoredDevice {
  readonly key: StoredKey;
  /** Undefined until its code was traded. */
  readonly kind?: ReplicaKind;
  readonly location?: string;
}

export interface Device {
  readonly key: DeviceKey;
  readonly kind: ReplicaKind;
  /** Where it stands; empty where it stands nowhere. */
  readonly location: string;
}

/**
 * Who this browser is. A new one makes a key, and trades the code for a name in the tree.
 * @throws TallystickError `not_enrolled`: with no code, or with one that the parent refuses; `region_unreachable`: the parent
 *   does not answer; `no_storage`: the browser makes no keys of the kind that devices have
 */
export async function openDevice(
  database: Database,
  options: { readonly id: string; readonly parent: string; readonly code?: string },
  ports: TillPorts,
): Promise<Device> {
  const known = await read(database);
  if (known?.kind !== undefined)
    return { key: keyFrom(known.key), kind: known.kind, location: known.location ?? '' };
  const { id, parent: url, code } = options;
  if (code === undefined)
    throw new TallystickError('not_enrolled', `This browser is not enrolled as ${id}. Pass a one-time code.`);
  const key = known === undefined ? await newKey().catch(noKeys) : keyFrom(known.key);
  // Written before the code is used: a crash in between asks again with the same key, which is the same device.
  await write(database, { key: key.stored });
  try {
    const { replicaKind, location } = await enrolAt(
      {
        url,
        identity: key,
        after: ports.machine.after,
        connect: (events) => new LinkSocket(url, ports.webSocket, events),
      },
      id as ReplicaId,
      code,
    );
    await write(database, { key: key.stored, kind: replicaKind, location });
    return { key, kind: replicaKind, location };
  } catch (error) {
    const code = error instanceof ParentUnreachable ? 'region_unreachable' : 'not_enrolled';
    throw new TallystickError(code, (error as Error).message, { cause: error });
  }
}

function noKeys(cause: unknown): never {
  const message =
    'This browser makes no Ed25519 keys, by which a till is known. Update it, or take another one.';
  throw new TallystickError('no_storage', message, { cause });
}

export async function isEnrolled(database: Database): Promise<boolean> {
  return (await read(database))?.kind !== undefined;
}

async function read(database: Database): Promise<StoredDevice | undefined> {
  const facts = database.transaction([FACTS], 'readonly').objectStore(FACTS);
  return (await resultOf(facts.get(DEVICE))) as StoredDevice | undefined;
}

async function write(database: Database, device: StoredDevice): Promise<void> {
  const transaction = database.transaction([FACTS], 'readwrite', { durability: 'strict' });
  transaction.objectStore(FACTS).put(device, DEVICE);
  await completionOf(transaction);
}
