/** Principal: who asks, as handlers see it. */
import { isDocumentId } from '@tallystick/crdt';
import { Problem } from '@tallystick/store-agent';
import { ROLES, type Role, type Scope } from './scopes.ts';

export interface Principal {
  /** The credential that it came in with; undefined where nobody signs in here. */
  readonly credential: string | undefined;
  readonly role: Role;
  /** The business client whose things alone it sees; undefined where it sees everybody's. */
  readonly client: string | undefined;
  readonly scopes: ReadonlySet<Scope>;
  /** As entries name it: opaque, and the same whichever of its secrets was used. */
  readonly actor: string;
}

/** Who comes in where sign-in is off: whoever reaches the port may do everything. */
export const ANYONE: Principal = {
  credential: undefined,
  role: 'operator',
  client: undefined,
  scopes: new Set<Scope>(ROLES.operator),
  actor: 'rest:anyone',
};

export function actorOf(role: Role, credential: string, client: string | null): string {
  return client === null ? `${role}:${credential}` : `${role}:${client}/${credential}`;
}

/** Whether something that belongs to a client may be seen; what belongs to nobody is the merchant's own. */
export function maySee({ client }: Principal, owner: string | undefined): boolean {
  return client === undefined || client === owner;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function isOwnName(client: string, name: string): boolean {
  return UUID.test(name) || name.startsWith(`${client}:`);
}

/**
 * A name that a caller chose for something new. All clients share one space of names, in which a name is used once:
 * so that none can take another's next order number, or find out which are used, a client's own names are UUIDs or
 * begin with its id.
 * @throws Problem
 */
export function checkedName({ client }: Principal, name: string, pointer = '/id'): string {
  if (client === undefined || isOwnName(client, name)) return name;
  const message = `must be a UUID or begin with ${client}:`;
  throw new Problem('invalid_request', `The id ${message}`, { errors: [{ pointer, message }] });
}

/**
 * What an Idempotency-Key names: within the client's own names, so that two clients may use the same key.
 * @throws Problem where that is too long for a name
 */
export function keyName({ client }: Principal, key: string): string {
  const name = client === undefined || isOwnName(client, key) ? key : `${client}:${key}`;
  if (isDocumentId(name)) return name;
  throw new Problem('invalid_request', 'The Idempotency-Key is too long: take a UUID.');
}
