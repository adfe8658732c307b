/**
 * `/`, `/shop`, `/till`, `/console`: the screens of `demo-app` as it was built, from this host alone.
 *
 * They are files and nothing more: whatever they show and do goes through the calls that everybody has.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

const DIST = join(
  dirname(fileURLToPath(import.meta.resolve('@tallystick/demo-app/package.json'))),
  'dist/screens',
);

/** Nothing from elsewhere, nothing inline, no frames. Pictures may be made by the page (a code to scan). */
const policy = (links: readonly string[]) =>
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; " +
  `connect-src ${["'self'", ...links].join(' ')}; ` +
  "worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const PAGES: Readonly<Record<string, string>> = {
  '/': 'index.html',
  '/shop': 'shop.html',
  '/till': 'till.html',
  '/console': 'console.html',
};
/** Beside the pages under names that stay: what installs the till, and lets it open without a network. */
const FILES: Readonly<Record<string, string>> = {
  '/till-worker.js': 'text/javascript; charset=utf-8',
  '/till.webmanifest': 'application/manifest+json; charset=utf-8',
  '/icon.svg': 'image/svg+xml',
};

const NOT_BUILT = 'The screens are not built yet. Run: npm run build (it needs Node 20.19 or newer)\n';

/** An origin of a link and nothing that could end a directive of the policy. */
const LINK = /^wss?:\/\/[\w.-]+(:\d{1,5})?$/;

/** @param links where tills link to that are children of a shop and not of this region: `wss://shop.example` */
export function screens(app: FastifyInstance, links: readonly string[] = []): void {
  const pagePolicy = policy(links.filter((link) => LINK.test(link)));
  for (const [path, file] of Object.entries(PAGES))
    app.get(path, async (_request, reply) => {
      const html = await readFile(join(DIST, file)).catch(() => undefined);
      reply.header('cache-control', 'no-cache').header('content-security-policy', pagePolicy);
      if (html === undefined) return reply.code(503).type('text/plain; charset=utf-8').send(NOT_BUILT);
      return reply
        .header('referrer-policy', 'no-referrer')
        .header('permissions-policy', 'camera=(self), microphone=(), geolocation=()')
        .type('text/html; charset=utf-8')
        .send(html);
    });
  for (const [path, type] of Object.entries(FILES))
    app.get(path, async (_request, reply) => {
      const text = await readFile(join(DIST, path)).catch(() => undefined);
      if (text === undefined) return reply.callNotFound();
      return reply.header('cache-control', 'no-cache').type(type).send(text);
    });
  const root = join(DIST, 'assets');
  if (!existsSync(root)) return;
  // Their names carry a hash of what is in them, so none ever changes.
  app.register(fastifyStatic, {
    root,
    prefix: '/assets/',
    index: false,
    immutable: true,
    maxAge: '1y',
    preCompressed: true,
    decorateReply: false,
  });
}
