/** A replica that was shut out, or whose key was changed because its device was stolen, is cut off where it is linked now. */
import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readAgentConfig } from '../config.ts';
import { openIdentity } from '../identity.ts';
import { TestRoot, until } from '../root.test-kit.ts';
import { serveAgent } from '../serve.ts';

const keyIn = (folder: string) =>
  Buffer.from(openIdentity(join(folder, 'identity.pem')).publicKey).toString('base64');
const newKey = () =>
  generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' }).toString('base64');

test('[L7] a till whose key was taken back loses the link that it has, and comes in with its new key alone', async () => {
  const root = new TestRoot();
  await root.start();
  onTestFinished(() => root.stop());
  const shop = await serveAgent(readAgentConfig(root.addShop('berlin'), { logLevel: 'silent' }));
  onTestFinished(() => shop.stop());
  await until(() => shop.agent.unready() === undefined, 'the shop is ready');
  const folder = root.addShop('till', 'berlin', `${shop.url.replace('http', 'ws')}/link`);
  const till = await serveAgent(readAgentConfig(folder, { logLevel: 'silent' }));
  onTestFinished(() => till.stop());
  const parent = () => till.agent.host.parent;
  const record = { id: 'till', kind: 'terminal', parent: 'berlin', location: 'berlin' };
  const isLinked = () => shop.agent.host.children.isUp('till' as never);

  await until(isLinked, 'the till is linked');
  root.put('replica', 'till', { ...record, publicKey: newKey(), status: 'enrolled' });
  await until(() => /signature/.test(parent()?.why ?? ''), 'it is cut off, and its old key opens nothing');
  expect(isLinked()).toBe(false);

  root.put('replica', 'till', { ...record, publicKey: keyIn(folder), status: 'enrolled' });
  await until(isLinked, 'the key that the registry names lets it in');

  root.put('replica', 'till', { ...record, publicKey: keyIn(folder), status: 'retired' });
  await until(() => /was retired/.test(parent()?.why ?? ''), 'it is shut out, and told so');
  expect(isLinked()).toBe(false);
  const ready = await fetch(`${till.url}/readyz`);
  expect(ready.status).toBe(503);
  expect(await ready.text()).toContain('enrol the device again, under another id');
  expect(parent()).toMatchObject({ state: 'down', wanted: 'down', isRetired: true });
  parent()?.start();
  expect(parent()).toMatchObject({ wanted: 'up', isRetired: false });
  await until(() => parent()?.isRetired === true, 'who takes the link up by hand hears it again');
  expect(shop.agent.host.parent?.state, 'its shop goes on').toBe('up');
});

test('a till that was stolen shuts out nobody: not at its own shop, and not at another one through the tree', async () => {
  const root = new TestRoot();
  await root.start();
  onTestFinished(() => root.stop());
  const open = async (folder: string) => {
    const served = await serveAgent(readAgentConfig(folder, { logLevel: 'silent' }));
    onTestFinished(() => served.stop());
    await until(() => served.agent.unready() === undefined, `${folder} is ready`);
    return served;
  };
  const [berlin, hamburg] = await Promise.all(['berlin', 'hamburg'].map((id) => open(root.addShop(id))));
  const below = (id: string, shop: typeof berlin) =>
    open(root.addShop(id, shop?.agent.id, `${shop?.url.replace('http', 'ws')}/link`));
  const stolen = await below('stolen', berlin);
  await below('beside', berlin);
  await below('elsewhere', hamburg);
  const isUp = (shop: typeof berlin, till: string) => shop?.agent.host.children.isUp(till as never);
  const reaches = (shop: string) => stolen.agent.call(shop as never, { call: 'ping' });
  for (const shop of ['berlin', 'hamburg'])
    await until(async () => (await reaches(shop)).ok, `${shop} can be called`);
  const counted = [{ pool: 'LAMP@hamburg', n: 1 }];
  for (const [shop, replica] of [
    ['berlin', 'beside'],
    ['hamburg', 'elsewhere'],
  ] as const) {
    const retire = { call: 'retire', id: `r-${replica}`, replica, operator: 'thief', counted };
    expect(await stolen.agent.call(shop as never, retire), shop).toMatchObject({ code: 'forbidden' });
  }
  expect([isUp(berlin, 'beside'), isUp(hamburg, 'elsewhere')]).toEqual([true, true]);
});
