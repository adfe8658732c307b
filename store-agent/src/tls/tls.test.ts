/** TLS with real certificates: doors and links, what is refused, and what is said about files that do not fit. */
import { once } from 'node:events';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request as plainRequest } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer, type PeerCertificate, connect as tlsConnect } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { readAgentConfig, writeAgentFile } from '../config.ts';
import { ConfigError } from '../config-error.ts';
import { createApp } from '../http/app.ts';
import { createLog } from '../log.ts';
import { TestRoot, until } from '../root.test-kit.ts';
import { type Served, serveAgent } from '../serve.ts';
import { DoorTls } from './door-tls.ts';
import { endOf, readPair } from './files.ts';
import { TestCa } from './tls.test-kit.ts';

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

async function get(url: string, ca?: string, headers: Record<string, string> = {}): Promise<Answer> {
  const options = { headers, agent: false, ...(ca === undefined ? {} : { ca }) };
  const asked = (url.startsWith('https') ? request : plainRequest)(url, options).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += chunk;
  return { status: response.statusCode as number, headers: response.headers, body };
}

async function serve(folder: string, settings: object): Promise<Served> {
  const { dataDir, logLevel: _, location, ...file } = readAgentConfig(folder);
  writeAgentFile(folder, {
    ...file,
    location: location ?? null,
    settings: { ...file.settings, ...settings },
  });
  const served = await serveAgent(readAgentConfig(dataDir, { logLevel: 'silent' }));
  onTestFinished(() => served.stop());
  return served;
}

async function root(tls?: DoorTls): Promise<TestRoot> {
  const made = new TestRoot({ tls });
  await made.start();
  onTestFinished(() => made.stop());
  return made;
}

test('a door and a link under TLS: whoever does not know who signed it does not come in', async () => {
  const ca = await TestCa.make();
  const other = await TestCa.make();
  const books = await root(new DoorTls('.', await ca.issue('books')));
  expect(books.url).toMatch(/^wss:/);
  const { cert, key } = await ca.issue('berlin');
  const shop = await serve(books.addShop('berlin'), { tls: { cert, key }, parentTls: { ca: ca.ca } });
  await until(() => shop.agent.unready() === undefined, 'the shop is linked under TLS');

  const healthy = await get(`${shop.url}/healthz`, ca.pem);
  expect(healthy.status).toBe(200);
  expect(healthy.headers).toMatchObject({
    'strict-transport-security': 'max-age=31536000',
    'x-content-type-options': 'nosniff',
  });
  await expect(get(`${shop.url}/healthz`)).rejects.toThrow(/certificate/);
  await expect(get(shop.url.replace('https', 'http'))).rejects.toThrow();

  const lost = await serve(books.addShop('hamburg'), { parentTls: { ca: other.ca } });
  await until(() => /certificate/.test(lost.agent.host.parent?.why ?? ''), 'it does not trust the books');
  expect(lost.agent.host.children.up).toEqual([]);
  const clear = await get(`${lost.url}/healthz`);
  expect(
    clear.headers['strict-transport-security'],
    'without TLS it would shut browsers out',
  ).toBeUndefined();
});

test('an old version of TLS is refused, by a client that speaks it with others', async () => {
  const ca = await TestCa.make();
  const pair = await ca.issue('books');
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
  const server = createTlsServer({ cert: readFileSync(pair.cert), key: readFileSync(pair.key), ...old });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const careless = tlsConnect({ port, host: '127.0.0.1', ca: ca.pem, ...old });
  await once(careless, 'secureConnect');
  expect(careless.getProtocol()).toBe('TLSv1.1');
  careless.destroy();

  const books = await root(new DoorTls('.', pair));
  const socket = tlsConnect({ port: Number(new URL(books.url).port), host: '127.0.0.1', ca: ca.pem, ...old });
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION');
});

test('where children must show a certificate, a link is opened with the right one alone; other doors ask for none', async () => {
  const ca = await TestCa.make();
  const other = await TestCa.make();
  const issued = await ca.issue('books');
  const books = await root(new DoorTls('.', { ...issued, linkClientsCa: ca.ca }));
  const https = books.url.replace('wss', 'https').replace('/link', '');
  expect((await get(`${https}/nothing`, ca.pem)).status).toBe(404);

  const bare = await serve(books.addShop('hamburg'), { parentTls: { ca: ca.ca } });
  await until(() => /403/.test(bare.agent.host.parent?.why ?? ''), 'it shows nothing');
  const { cert: wrong, key: wrongKey } = await other.issue('bremen');
  const forged = await serve(books.addShop('bremen'), {
    parentTls: { ca: ca.ca, cert: wrong, key: wrongKey },
  });
  await until(() => /403/.test(forged.agent.host.parent?.why ?? ''), 'somebody else signed what it shows');

  const { cert, key } = await ca.issue('berlin');
  const shop = await serve(books.addShop('berlin'), { parentTls: { ca: ca.ca, cert, key } });
  await until(() => shop.agent.unready() === undefined, 'with its certificate it is let in');
});

test('a renewed certificate is taken up without a restart, and one that does not fit leaves the one before', async () => {
  const ca = await TestCa.make();
  const { cert, key } = await ca.issue('door');
  const tls = new DoorTls('.', { cert, key });
  const log = createLog('door', 'silent');
  const app = createApp(log, { tls });
  app.get('/', async () => 'here');
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => app.close());
  const shown = async () => {
    const socket = tlsConnect({ port: Number(new URL(url).port), host: '127.0.0.1', ca: ca.pem });
    await once(socket, 'secureConnect');
    const { serialNumber } = socket.getPeerCertificate() as PeerCertificate;
    socket.destroy();
    return serialNumber;
  };
  const first = await shown();
  const next = await ca.issue('next');
  writeFileSync(cert, 'half of it');
  tls.look(app.server as never, log);
  expect(await shown()).toBe(first);
  copyFileSync(next.cert, cert);
  tls.look(app.server as never, log);
  expect(await shown(), 'the key is still the old one').toBe(first);
  copyFileSync(next.key, key);
  tls.look(app.server as never, log);
  expect(await shown()).not.toBe(first);
});

test('files that do not fit are named, with what to do', async () => {
  const ca = await TestCa.make();
  const [one, two] = [await ca.issue('one'), await ca.issue('two')];
  const says = (files: { cert: string; key: string }) => {
    try {
      readPair('.', files);
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      return (error as Error).message;
    }
    return undefined;
  };
  expect(says(one)).toBeUndefined();
  const missing = join(ca.folder, 'missing.pem');
  expect(says({ ...one, cert: missing })).toBe(
    `The TLS certificate ${missing} cannot be read (ENOENT). Check that it is there and who may read it.`,
  );
  expect(says({ ...one, key: ca.folder })).toMatch(/key .* cannot be read \(EISDIR\)/);
  expect(says({ cert: one.cert, key: two.key })).toMatch(/is not that of the certificate in .*one\.pem/);
  expect(says({ cert: one.key, key: one.key })).toMatch(/holds no certificate that can be read/);
  expect(says({ cert: one.cert, key: one.cert })).toMatch(/holds no key that can be read/);
  const text = join(ca.folder, 'text.pem');
  writeFileSync(text, 'hello');
  expect(says({ ...one, cert: text })).toMatch(/must be PEM/);
  expect(JSON.stringify(says({ cert: one.cert, key: two.key }))).not.toContain(
    readFileSync(two.key, 'utf8').slice(30, 60),
  );

  const books = await root();
  const folder = books.addShop('berlin');
  await expect(serve(folder, { tls: { cert: one.cert, key: two.key } })).rejects.toThrow(ConfigError);
  // The journal was let go of: the same folder can be opened again.
  await serve(folder, { tls: { cert: one.cert, key: one.key } });

  const pair = readPair('.', await ca.issue('old', -0.5));
  expect(endOf(pair, Date.now())).toMatch(/ended on/);
  expect(endOf(readPair('.', await ca.issue('soon', 3)), Date.now())).toMatch(/ends on/);
  expect(endOf(readPair('.', one), Date.now())).toBeUndefined();
  expect(endOf(readPair('.', one), 0)).toMatch(/still to come/);
});

test('pages of elsewhere: none may read answers, unless their origin is named', async () => {
  const books = await root();
  const origin = 'https://till.example.com';
  const closed = await serve(books.addShop('berlin'), {});
  expect((await get(`${closed.url}/healthz`, undefined, { origin })).headers).not.toHaveProperty(
    'access-control-allow-origin',
  );
  const open = await serve(books.addShop('hamburg'), { cors: { origins: [origin] } });
  const preflight = await fetch(`${open.url}/v1/sales`, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST' },
  });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-origin')).toBe(origin);
  expect(preflight.headers.get('access-control-allow-methods')).toContain('POST');
  expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization');
  expect(preflight.headers.get('access-control-allow-credentials')).toBeNull();
  const read = await get(`${open.url}/healthz`, undefined, { origin });
  expect(read.headers).toMatchObject({ 'access-control-allow-origin': origin, vary: 'origin' });
  for (const stranger of ['https://evil.example.com', `${origin}.evil.com`, 'null']) {
    const asked = await fetch(`${open.url}/v1/sales`, {
      method: 'OPTIONS',
      headers: { origin: stranger, 'access-control-request-method': 'POST' },
    });
    expect(asked.headers.get('access-control-allow-origin'), stranger).toBeNull();
  }
  await expect(
    serve(books.addShop('bremen'), { cors: { origins: ['https://a.example/path'] } }),
  ).rejects.toThrow(/origin/);
});
