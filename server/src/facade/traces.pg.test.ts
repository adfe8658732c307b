/** One trace from a client's header across the door, the link, the books and a keeper: in all logs, and at a collector. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLog, startTracing } from '@tallystick/store-agent';
import { expect, onTestFinished, test } from 'vitest';
import { TestFleet, until } from '../authority/fleet.test-kit.ts';
import { captureLog } from './captured-log.test-kit.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';
/** What a tracing system of the caller's noted. */
const NOTED = 'vendor=t61rcWkgMzE';

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly traceState?: string;
  readonly status: { readonly code?: number };
}

/** An OTLP receiver, as a collector's. */
async function collector(): Promise<{ readonly url: string; readonly spans: Span[] }> {
  const spans: Span[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const { resourceSpans } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as {
      resourceSpans: { scopeSpans: { spans: Span[] }[] }[];
    };
    if (request.url === '/v1/traces')
      spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)));
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, spans };
}

test('a change and a delivery are followed from the caller to the books and the keeper', async () => {
  const said = captureLog();
  const { url, spans } = await collector();
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = url;
  onTestFinished(() => {
    delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
  });
  const sendSpans = await startTracing('test', createLog('test', 'silent'));
  const fleet = await TestFleet.start();
  fleet.logLevel = 'debug';
  await fleet.whileStopped();
  await fleet.add('eu', 'region', 'authority', null);
  await fleet.add('depot', 'warehouse', 'eu', 'depot');
  const region = fleet.served.get('eu')?.url as string;
  const post = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(`${region}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    await response.text();
    return response.status;
  };
  const traced = { traceparent: `00-${TRACE}-${CALLER}-01`, tracestate: NOTED };
  const product = { sku: 'VASE', names: { en: 'Vase' }, baseUnit: 'piece', prices: { EUR: 900 } };
  expect(await post('/v1/products', product, traced)).toBe(201);
  const lines = [{ sku: 'LAMP', locationId: 'depot', quantity: 3 }];
  expect(await post('/v1/inventory/adjustments', { id: 'd-1', type: 'receive', lines }, traced)).toBe(201);
  const other = { ...product, names: { en: 'Jug' } };
  expect(await post('/v1/products', other), 'a trace of its own').toBe(409);

  const line = (name: string, call: string) =>
    said()
      .split('\n')
      .find((text) => text.includes(`"name":"${name}"`) && text.includes(`"call":"${call}"`));
  await until(() => line('depot', 'command') !== undefined, 'the keeper has logged what it did');
  expect(line('authority', 'product.create')).toContain(`"traceId":"${TRACE}"`);
  expect(line('depot', 'command')).toContain(`"traceId":"${TRACE}"`);
  await until(() => said().includes('"route":"/v1/inventory/adjustments"'), 'the door has logged it');

  await sendSpans();
  const ours = spans.filter(({ traceId }) => traceId === TRACE);
  expect(new Set(ours.map(({ traceState }) => traceState)), 'at every one of them').toEqual(new Set([NOTED]));
  const path = (name: string): string[] => {
    const names: string[] = [];
    let at = ours.find((span) => span.name === name);
    while (at !== undefined) {
      names.push(at.name);
      const { parentSpanId } = at;
      if (parentSpanId === CALLER) names.push('the caller');
      at = ours.find(({ spanId }) => spanId === parentSpanId);
    }
    return names;
  };
  expect(path('product.create')).toEqual([
    'product.create',
    'product.create of authority',
    'POST /v1/products',
    'the caller',
  ]);
  expect(path('command')).toEqual([
    'command',
    'command of depot',
    'POST /v1/inventory/adjustments',
    'the caller',
  ]);
  const own = spans.find(({ name, parentSpanId }) => name === 'POST /v1/products' && !parentSpanId);
  expect(own?.traceId).toMatch(/^(?!4bf92f)[0-9a-f]{32}$/);
  const refused = spans.find(({ name, traceId }) => name === 'product.create' && traceId === own?.traceId);
  expect(refused?.status.code, 'an error').toBe(2);
});
