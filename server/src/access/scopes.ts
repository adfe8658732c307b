/**
 * Scopes: what may be asked for, one word per kind of thing and act; and roles, which are sets of them.
 *
 * Each operation names its scope beside its schema. Nothing else in the code asks for a role: who
 * may do what is read here and there, and nowhere else.
 */

/** What a token with the scope may do, in the words of the document. */
export const SCOPES = {
  'products:read': 'Read what is for sale.',
  'products:write': 'Add, change and import products.',
  'locations:read': 'Read places.',
  'locations:write': 'Add and change places.',
  'inventory:read': 'Read how many there are.',
  'inventory:write': 'Receive, count, correct and write off goods.',
  'inventory:explain': 'Read which replica holds what, and why.',
  'orders:read': 'Read orders.',
  'orders:write': 'Place and cancel orders.',
  'orders:fulfil': 'Ship goods of orders, take them back, and move an order on.',
  'holds:read': 'Read what is set aside.',
  'holds:write': 'Set units aside, and sell or release them.',
  'carts:read': 'Read carts.',
  'carts:write': 'Change carts.',
  'customers:read': 'Read personal data of customers.',
  'customers:write': 'Register and change customers.',
  'events:read': 'Read the feed of events.',
  'webhooks:read': 'Read webhook endpoints and what was delivered to them; never a secret.',
  'webhooks:write': 'Add, change, test and remove webhook endpoints.',
  'replicas:read': 'Read which replicas there are and how they fare.',
  'replicas:write': 'Change how a replica works, as its operator.',
  'access:read': 'Read clients and credentials; never a secret.',
  'access:write': 'Add, rotate and revoke credentials, and change clients.',
  'cashiers:read': 'Read who may sign in with a PIN, and where; never a PIN.',
  'cashiers:write': 'Add and change cashiers, and give them PINs.',
  'audit:read': 'Read and verify the trail of changes.',
  'shapes:read': 'Follow tables live; each table wants its own scope beside this one.',
  'tables:read': 'Follow tables of the books as they are; never keys, credentials or people.',
} as const;

export type Scope = keyof typeof SCOPES;
export const ALL_SCOPES = Object.keys(SCOPES) as readonly Scope[];

export function isScope(text: string): text is Scope {
  return Object.hasOwn(SCOPES, text);
}

const CATALOGUE_READ = ['products:read', 'locations:read', 'inventory:read', 'shapes:read'] as const;
const SELLING = [
  ...CATALOGUE_READ,
  'orders:read',
  'orders:write',
  'holds:read',
  'holds:write',
] as const satisfies readonly Scope[];
const CARTS = ['carts:read', 'carts:write'] as const;
const CUSTOMERS = ['customers:read', 'customers:write'] as const satisfies readonly Scope[];

export const ROLES = {
  /** A program of the merchant's own: an ERP, a warehouse system, a marketplace's adapter. */
  integrator: [
    ...SELLING,
    ...CARTS,
    ...CUSTOMERS,
    'products:write',
    'locations:write',
    'inventory:write',
    'inventory:explain',
    'orders:fulfil',
    'events:read',
    'webhooks:read',
    'webhooks:write',
  ],
  /** A business that buys: of what belongs to somebody it sees its own alone. */
  client: [...SELLING, ...CUSTOMERS, 'events:read'],
  cashier: SELLING,
  manager: [
    ...SELLING,
    ...CARTS,
    ...CUSTOMERS,
    'inventory:write',
    'inventory:explain',
    'orders:fulfil',
    'events:read',
    'replicas:read',
    'cashiers:read',
    'cashiers:write',
  ],
  operator: ALL_SCOPES,
  /** Reads what happened and who did it; people's names and addresses are none of it. */
  auditor: [
    ...CATALOGUE_READ,
    'inventory:explain',
    'orders:read',
    'holds:read',
    'events:read',
    'webhooks:read',
    'replicas:read',
    'access:read',
    'cashiers:read',
    'audit:read',
  ],
} as const satisfies Readonly<Record<string, readonly Scope[]>>;

export type Role = keyof typeof ROLES;
export const ROLE_NAMES = Object.keys(ROLES) as readonly Role[];

/**
 * Who may call an operation: anybody at all, or who has its scope. Of what `own` operations touch, a
 * business client sees its own alone, which the handler checks; `all` look the same to everybody.
 */
export type Access = 'public' | { readonly scope: Scope; readonly sees: 'all' | 'own' };

export function shared(scope: Scope): Access {
  return { scope, sees: 'all' };
}

export function owned(scope: Scope): Access {
  return { scope, sees: 'own' };
}
