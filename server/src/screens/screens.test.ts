/** Pages: whatever gets into one, it loads nothing from elsewhere, sends nothing there and is framed by nobody. */
import Fastify from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { docsPage } from '../facade/docs-page.ts';
import { screens } from './screens.ts';

const STRICT = [
  "default-src 'none'",
  "script-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
];

test.each(['/', '/shop', '/till', '/console', '/docs'])('%s says so to the browser', async (path) => {
  const app = Fastify();
  onTestFinished(() => app.close());
  docsPage(app);
  screens(app, ['wss://shop.example', "wss://evil.example; script-src 'unsafe-inline'"]);
  const { headers } = await app.inject(path);
  const policy = String(headers['content-security-policy']).split('; ');
  expect(policy).toEqual(expect.arrayContaining(STRICT));
  const connect = path === '/docs' ? "connect-src 'self'" : "connect-src 'self' wss://shop.example";
  expect(policy).toContain(connect);
});
