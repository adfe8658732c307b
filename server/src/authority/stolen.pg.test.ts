/** A stolen till that runs on in the thief's hands: once it is retired, nobody carries out a word of it, at any door. */
import { join } from 'node:path';
import { readAgentConfig, serveAgent, shopRoutes } from '@tallystick/store-agent';
import { said } from '@tallystick/store-agent/test-kit';
import { expect, test } from 'vitest';
import { onHand, TestFleet, TOKEN, until } from './fleet.test-kit.ts';

test('[F3] a till that was retired has no goods commands carried out by keepers, wherever it links', async () => {
  const fleet = await TestFleet.start();
  await fleet.add('eu', 'region', 'authority', null);
  const depot = await fleet.add('depot', 'warehouse', 'eu', 'depot');
  const shop = await fleet.add('berlin', 'store', 'eu', 'berlin');
  const till = await fleet.add('till', 'terminal', 'berlin', 'berlin');
  const receipt = (id: string, place: string) => {
    return { id, lines: [{ sku: 'MUG', quantity: 5, locationId: place }] };
  };
  const moved = async (id: string, url = fleet.served.get('till')?.url) =>
    Promise.all(
      ['depot', 'berlin'].map(async (place) => {
        const response = await fetch(`${url}/v1/receipts`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(receipt(`${id}-${place}`, place)),
        });
        return (await said(response)).status;
      }),
    );
  expect(await moved('honest'), 'while it is the shop’s').toEqual([201, 201]);
  const held = () => [
    onHand(depot, 'MUG', 'depot'),
    onHand(shop, 'MUG', 'berlin') + onHand(till, 'MUG', 'berlin'),
  ];
  const before = held();

  const retired = await fetch(`${fleet.authorities[0]?.url}/v1/retirements`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ id: 'stolen', replica: 'till', operator: 'anna' }),
  });
  expect(retired.status).toBe(201);
  await until(() => /retired/.test(till.host.parent?.why ?? ''), 'it is cut off while it runs');
  expect(await moved('stolen')).toEqual([503, 503]);

  // Its key opens nothing at anybody else's door either.
  await fleet.stopOne('till');
  const parents = ['berlin', 'depot', 'eu'].map((id) => fleet.served.get(id)?.url ?? '');
  for (const url of [...parents, fleet.authorities[0]?.url ?? '']) {
    const parentUrl = `${url.replace('http', 'ws')}/link`;
    const config = readAgentConfig(join(fleet.folder, 'till'), { logLevel: 'silent', parentUrl });
    const stolen = await serveAgent(config, shopRoutes);
    try {
      const why = () => stolen.agent.host.parent?.why ?? '';
      await until(() => /refused by the parent/.test(why()), `${url} turns it away`);
      expect(why(), url).toMatch(/was retired|belongs under/);
      expect(await moved(`again-${new URL(url).port}`, stolen.url)).toEqual([503, 503]);
    } finally {
      await stolen.stop();
    }
  }
  expect(held()[0], 'the depot took in nothing').toBe(before[0]);
  const took = (id: string) =>
    [depot, shop].map((agent) => agent.engine.replica.ledger.documentEntry('receipt', id) !== undefined);
  expect([took('honest-depot'), took('honest-berlin')]).toEqual([
    [true, false],
    [false, true],
  ]);
  for (const place of ['depot', 'berlin']) expect(took(`stolen-${place}`), place).toEqual([false, false]);
});
