/** At the link's door: strangers, old recordings and noise get a reason and nothing else. */
import { once } from 'node:events';
import { join } from 'node:path';
import { type ReplicaId, writerId } from '@tallystick/crdt';
import { enrolProof } from '@tallystick/crdt/host';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { openIdentity } from '../identity.ts';
import { until } from '../root.test-kit.ts';
import { chain, Scene, stream } from './stranger.test-kit.ts';

let scene: Scene;

beforeEach(async () => {
  scene = new Scene();
  await scene.start();
});

afterEach(async () => {
  await scene.stop();
});

test('[L7] silence, text, noise and a wrong first word are refused', async () => {
  const text = scene.stranger();
  await text.hears('challenge');
  text.socket.send('hello');
  expect(await text.isRefused('malformed_frame')).toMatch(/binary/);

  for (const bytes of [[], [0], [9, 9, 9], [0, 2, 255, 255, 255, 255, 255, 255, 255, 255, 1]]) {
    const noise = scene.stranger();
    await noise.hears('challenge');
    noise.socket.send(Uint8Array.from(bytes));
    await noise.isRefused('malformed_frame');
  }

  const rude = scene.stranger();
  await rude.hears('challenge');
  rude.send({ kind: 'catalogue-seen', version: 1 });
  await rude.isRefused('unauthenticated');

  const long = scene.stranger();
  await long.hears('challenge');
  long.socket.send(new Uint8Array(6 * 1024 * 1024));
  await until(() => long.isClosed, 'the door closes on a frame that is too long');
});

test('[L7] whoever says nothing is sent away', async () => {
  await scene.stop();
  scene = new Scene(200);
  await scene.start();
  const silent = scene.stranger();
  expect(await silent.isRefused('unauthenticated')).toMatch(/No hello/);
});

test('[L6] a version that is not spoken here is named', async () => {
  const future = scene.stranger();
  await future.hello({ protocol: { min: 2, max: 7 } });
  expect(await future.isRefused('unsupported_version')).toBe(
    'Upgrade the parent: it speaks protocol 2 to 7, the parent 1 to 1.',
  );
  const channelless = scene.stranger();
  await channelless.hello({ channels: [{ name: 'stock', min: 9, max: 9 }] });
  expect(await channelless.isRefused('unsupported_version')).toMatch(/stock channel/);
});

test('a wrong key, an unknown replica and a broken signature are refused', async () => {
  const other = openIdentity(join(scene.root.folder, 'berlin', 'scene.identity.pem'));
  const wrongKey = scene.stranger();
  await wrongKey.hello({}, other);
  expect(await wrongKey.isRefused('bad_signature')).toMatch(/not thief's/);

  const unknown = scene.stranger();
  await unknown.hello({ writer: writerId('nobody' as ReplicaId, 1, 'a'.repeat(32)) });
  expect(await unknown.isRefused('unknown_replica')).toMatch(/nobody is not enrolled/);

  const short = scene.stranger();
  await short.hello({}, { publicKey: scene.identity.publicKey, sign: () => Uint8Array.of(1, 2, 3) });
  await short.isRefused('bad_signature');
  expect(scene.root.host.children.up).toEqual([]);
});

test('[L7] who belongs under another parent opens no link, though its key is right', async () => {
  const folder = scene.root.addShop('till', 'berlin', 'ws://127.0.0.1:1/link');
  const till = scene.stranger();
  const writer = writerId('till' as ReplicaId, 1, 'a'.repeat(32));
  await till.hello({ writer, replicaKind: 'terminal' }, openIdentity(join(folder, 'identity.pem')));
  expect(await till.isRefused('forbidden')).toBe('till belongs under berlin: link it there.');
  expect(scene.root.host.children.up).toEqual([]);
});

test('a code is taken with a key that whoever hands it in holds, and answers this very challenge', async () => {
  const { publicKey } = scene.identity;
  const handIn = async (proofFor: (nonce: Uint8Array, parent: ReplicaId) => Uint8Array, code: string) => {
    const device = scene.stranger();
    const { nonce, parent } = await device.hears('challenge');
    const signature = scene.identity.sign(proofFor(nonce, parent));
    device.send({ kind: 'enrol', replica: 'new' as ReplicaId, code: 'CODE', publicKey, signature });
    return device.isRefused(code);
  };
  const right = (nonce: Uint8Array, parent: ReplicaId) =>
    enrolProof(nonce, parent, 'new' as ReplicaId, 'CODE');
  const logged = vi.spyOn(scene.root.log, 'warn');
  expect(await handIn(right, 'enrolment_refused'), 'the books were asked').toBe('no enrolment here');
  expect(logged.mock.calls, 'who runs the parent can read why').toContainEqual([
    { child: 'new', code: 'enrolment_refused', why: 'enrolment: no enrolment here' },
    'stranger turned away',
  ]);
  for (const wrong of [
    (_: Uint8Array, parent: ReplicaId) => right(new Uint8Array(32), parent),
    (nonce: Uint8Array) => right(nonce, 'berlin' as ReplicaId),
    (nonce: Uint8Array, parent: ReplicaId) => enrolProof(nonce, parent, 'new' as ReplicaId, 'OTHER'),
  ])
    expect(await handIn(wrong, 'bad_signature')).toMatch(/did not sign this/);
});

test('a hello overheard in a real session opens nothing a second time, and within a session changes nothing', async () => {
  const real = scene.stranger();
  const recorded = await real.hello();
  await real.hears('welcome');
  expect(scene.root.host.children.up).toEqual(['thief']);

  const replayed = scene.stranger();
  await replayed.hears('challenge');
  replayed.send(recorded);
  expect(await replayed.isRefused('bad_signature')).toMatch(/answers another challenge/);
  expect(scene.root.host.children.up).toEqual(['thief']);

  real.send(recorded);
  real.send(stream(chain([scene.life()])));
  await until(() => scene.thiefHead()?.seq === 1, 'the session goes on');
  expect(real.heard.filter(({ kind }) => kind === 'welcome')).toHaveLength(1);
  expect(real.isClosed).toBe(false);
});

test('an address that is no door, and a plain request at the door', async () => {
  const lost = new WebSocket(scene.root.url.replace('/link', '/elsewhere'));
  const [error] = (await once(lost, 'error')) as [Error];
  expect(error.message).toMatch(/404/);
  const plain = await fetch(scene.root.url.replace('ws:', 'http:'));
  expect(plain.status).toBe(404);
  expect(await plain.json()).toMatchObject({ code: 'not_found' });
});
