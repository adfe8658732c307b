import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { ALIASES, serveAliases } from './aliases.ts';
import { OPERATIONS } from './facade.ts';
import { refuseOtherMethods } from './other-methods.ts';

/** Every call, answered with its name. */
function served() {
  const app = Fastify();
  serveAliases(app);
  for (const op of OPERATIONS)
    app.route({
      method: op.method,
      url: op.path.replace(/\{(\w+)\}/g, ':$1'),
      config: { operation: op },
      handler: (request) => ({ id: op.id, params: request.params }),
    });
  refuseOtherMethods(app, [...OPERATIONS, ...ALIASES]);
  return app;
}

const shown = (path: string) => path.replace(/\{(\w+)\}/g, 'x-$1');
const paramsOf = (path: string) =>
  Object.fromEntries([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name, `x-${name}`]));

test('each alias is the call that it means, with the same parameters', async () => {
  const app = served();
  for (const { method, path, means } of ALIASES) {
    const { path: own } = OPERATIONS.find(({ id }) => id === means.id) as (typeof OPERATIONS)[number];
    expect(paramsOf(path), path).toEqual(paramsOf(own));
    for (const prefix of ['', '/api']) {
      const answer = await app.inject({ method, url: `${prefix}${shown(path)}` });
      expect({ path, body: answer.json() }).toEqual({ path, body: { id: means.id, params: paramsOf(path) } });
    }
  }
});

test('every call is there under /api/v1 as well', async () => {
  const app = served();
  for (const { id, method, path } of OPERATIONS) {
    const answer = await app.inject({ method, url: `/api${shown(path)}` });
    expect({ path, id: answer.json().id }).toEqual({ path, id });
  }
});

test('an alias takes no path of a call of ours', () => {
  const own = new Set(OPERATIONS.map(({ method, path }) => `${method} ${path}`));
  expect(ALIASES.filter(({ method, path }) => own.has(`${method} ${path}`))).toEqual([]);
});

test('other methods are refused there too, with those that are taken', async () => {
  const app = served();
  for (const url of ['/v1/users/x', '/api/v1/users/x']) {
    const answer = await app.inject({ method: 'PUT', url });
    expect({ url, allow: answer.headers.allow }).toEqual({ url, allow: 'GET, HEAD, PATCH' });
  }
});
