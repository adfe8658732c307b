/** The lab's door at a region: for its own pages on this machine; the lab itself: for who has its key. */
import { createApp, createLog } from '@tallystick/store-agent';
import type { FastifyInstance } from 'fastify';
import { afterEach, expect, test } from 'vitest';
import { Lab } from '../cli/up/lab/lab.ts';
import { labDoor } from './lab-door.ts';

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

/** A lab of a fleet without replicas, behind a region's door. @returns the region's URL, and the lab's */
async function labBehindDoor(): Promise<{ region: string; lab: string }> {
  const running = new Lab({ plan: { dataDir: '.', replicas: [] } } as never, []);
  const url = await running.start('http://127.0.0.1:0#the-key');
  open.push({ close: () => running.stop() });
  const app: FastifyInstance = createApp(createLog('region', 'silent'));
  labDoor(app, url);
  open.push(app);
  return { region: await app.listen({ host: '127.0.0.1', port: 0 }), lab: new URL(url).origin };
}

test('a page of the region gets through; one of elsewhere does not, by whatever name it calls this machine', async () => {
  const { region } = await labBehindDoor();
  const app = open[1] as FastifyInstance;
  const { host } = new URL(region);
  const ask = (headers: Record<string, string>) =>
    app.inject({ method: 'POST', url: '/lab/sign-in', headers, payload: { screen: 'nobody' } });
  expect((await ask({ host, origin: region })).statusCode, 'told by the lab what is wrong').toBe(400);
  expect((await ask({ host })).statusCode).toBe(403);
  expect((await ask({ host, origin: 'http://evil.example' })).statusCode).toBe(403);
  expect((await ask({ host: 'evil.example', origin: 'http://evil.example' })).statusCode).toBe(403);
});

test('the lab itself answers nobody without its key', async () => {
  const { lab } = await labBehindDoor();
  for (const headers of [{}, { 'x-tallystick-lab': 'another' }] as Record<string, string>[]) {
    expect((await fetch(`${lab}/lab/state`, { headers })).status).toBe(403);
    expect((await fetch(`${lab}/lab/till`, { method: 'POST', headers })).status).toBe(403);
  }
  expect((await fetch(`${lab}/lab/state`, { headers: { 'x-tallystick-lab': 'the-key' } })).status).toBe(200);
});

test('the line of a region is cut and mended by who has the key, and by no page', async () => {
  const app: FastifyInstance = createApp(createLog('region', 'silent'));
  const done: string[] = [];
  const line = { start: () => void done.push('up'), stop: () => void done.push('down') };
  labDoor(app, 'http://127.0.0.1:9#the-key', line);
  open.push(app);
  const put = (headers: Record<string, string>, payload: object) =>
    app.inject({ method: 'PUT', url: '/lab/line', headers, payload });
  const page = { host: '127.0.0.1', origin: 'http://127.0.0.1' };
  expect((await put(page, { state: 'down' })).statusCode).toBe(403);
  const key = { 'x-tallystick-lab': 'the-key' };
  expect((await put(key, { state: 'sideways' })).statusCode).toBe(400);
  expect((await put(key, { state: 'down' })).statusCode).toBe(200);
  expect((await put(key, { state: 'up' })).statusCode).toBe(200);
  expect(done).toEqual(['down', 'up']);
});
