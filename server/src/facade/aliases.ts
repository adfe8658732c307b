/**
 * Aliases: paths that integrators know from other systems, served as the calls that they mean. They
 * take and answer what those do, and stand in no document: who writes something new uses ours.
 */
import type { FastifyInstance } from 'fastify';
import { createCustomer, getCustomer, patchCustomer } from './customers/operations.ts';
import { adjustInventory } from './inventory/operations.ts';
import type { Method, Operation } from './operation.ts';
import { cancelOrder } from './orders/operations.ts';
import { discontinueProduct } from './products/operations.ts';

/** All of ours, under another prefix. */
const OTHER_PREFIX = '/api';

export interface Alias {
  readonly method: Method;
  /** With parameters as `{name}`, named as in the call that is meant. */
  readonly path: string;
  readonly means: Pick<Operation, 'id'>;
}

export const ALIASES: readonly Alias[] = [
  { method: 'PUT', path: '/v1/orders/{id}/cancel', means: cancelOrder },
  { method: 'POST', path: '/v1/inventory/update', means: adjustInventory },
  { method: 'DELETE', path: '/v1/products/{sku}', means: discontinueProduct },
  { method: 'POST', path: '/v1/users', means: createCustomer },
  { method: 'GET', path: '/v1/users/{id}', means: getCustomer },
  { method: 'PATCH', path: '/v1/users/{id}', means: patchCustomer },
];

/** Whatever gets a route from here on gets those of its aliases as well. */
export function serveAliases(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    // Fastify makes HEAD of each GET by itself, of aliases too.
    if (route.method === 'HEAD' || !route.url.startsWith('/v1/')) return;
    const { operation, isAlias } = route.config ?? {};
    app.route({ ...route, url: `${OTHER_PREFIX}${route.url}` });
    if (isAlias === true || operation === undefined) return;
    for (const { method, path, means } of ALIASES) {
      if (means.id !== operation.id) continue;
      const url = path.replace(/\{(\w+)\}/g, ':$1');
      app.route({ ...route, method, url, config: { ...route.config, isAlias: true } });
    }
  });
}

declare module 'fastify' {
  interface FastifyContextConfig {
    readonly isAlias?: boolean;
  }
}
