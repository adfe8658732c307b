/** Who has not told what they took before the books were put back, or never will: F6, on a real Postgres. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ReplicaId } from '@tallystick/crdt';
import { enrol, openIdentity } from '@tallystick/store-agent';
import { describe, expect, test } from 'vitest';
import { TestFleet, until } from './fleet.test-kit.ts';
import {
  atAuthority,
  copyOfNow,
  move,
  operator,
  recover,
  retire,
  sell,
  waitsFor,
} from './recovered.test-kit.ts';

const one = { counted: [{ sku: 'LAMP', locationId: 'depot', quantity: 1 }] };

async function fleetWithLamps(): Promise<TestFleet> {
  const fleet = await TestFleet.start();
  await fleet.add('eu', 'region', 'authority', null);
  await fleet.add('depot', 'warehouse', 'authority', 'depot');
  await fleet.post('depot', '/v1/receipts', { id: 'd1', lines: [{ sku: 'LAMP', quantity: 40 }] });
  return fleet;
}

const putBack = (fleet: TestFleet, copy: string) =>
  fleet.whileStopped(async () => {
    fleet.databaseUrl = copy;
  });

/** Its code was traded for an enrolment, and its machine never started. */
async function enrolIdle(fleet: TestFleet, id: string, parent: string): Promise<void> {
  const { code, parentUrl } = await fleet.register(id, 'terminal', parent, 'berlin');
  const folder = join(fleet.folder, id);
  mkdirSync(folder, { recursive: true });
  await enrol(parentUrl, id as ReplicaId, code, openIdentity(join(folder, 'identity.pem')));
  await until(() => atAuthority(fleet, id) === 'enrolled', `${id} is enrolled`);
}

describe('[F6] who has not told', () => {
  test('[F6] a child that was retired unheard is not waited for, and only a count takes back', async () => {
    const fleet = await fleetWithLamps();
    await fleet.add('us', 'region', 'authority', null);
    const copy = await copyOfNow(fleet);
    await sell(fleet, 'us', 'o1', 4);
    await fleet.stopOne('us');
    await putBack(fleet, copy);
    await waitsFor(fleet, 'us');
    expect(await retire(fleet, 'us')).toMatchObject({ status: 201 });
    expect((await operator(fleet, 'GET', '/v1/recovery')).body).toMatchObject({
      missing: [],
      untold: ['us'],
    });
    expect(await recover(fleet, 'r1')).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(await recover(fleet, 'r2', one)).toMatchObject({
      status: 201,
      body: { reclaimed: [{ pool: 'LAMP@depot', n: 1 }] },
    });
  }, 60_000);

  test('[F6] who came after the image, took units and was given back is waited for all the same', async () => {
    const fleet = await fleetWithLamps();
    await fleet.add('shop', 'store', 'eu', 'berlin');
    await sell(fleet, 'shop', 'o1', 3, '/v1/sales');
    const copy = await copyOfNow(fleet);
    expect(await move(fleet, 'shop', 'authority')).toMatchObject({ status: 200 });
    await fleet.relink('shop', 'authority');
    await sell(fleet, 'shop', 'o2', 30, '/v1/sales');
    await fleet.stopOne('shop');
    expect(await move(fleet, 'shop', 'eu')).toMatchObject({ status: 200 });
    await putBack(fleet, copy);
    await waitsFor(fleet, 'shop');
    expect(await recover(fleet, 'r1')).toMatchObject({
      status: 503,
      body: { code: 'former_lives_unknown' },
    });
    // By the copy it is below eu; given to the authority and back there, nobody would wait for it.
    expect(await move(fleet, 'shop', 'authority')).toMatchObject({ status: 200 });
    expect(await move(fleet, 'shop', 'eu')).toMatchObject({
      status: 503,
      body: { code: 'former_lives_unknown', detail: expect.stringContaining('Start it where it stands now') },
    });
    await fleet.relink('shop', 'authority');
    await waitsFor(fleet);
    expect(await move(fleet, 'shop', 'eu')).toMatchObject({ status: 200 });
    await fleet.relink('shop', 'eu');
    await waitsFor(fleet);
  }, 60_000);

  test('[F6] who was retired before, and who never spoke, stop no recovery: the one is counted, the other retired', async () => {
    const fleet = await fleetWithLamps();
    const copy = await copyOfNow(fleet);
    // A region that the copy never knew, and of which a shop speaks that came to the authority from it.
    await fleet.add('west', 'region', 'authority', null);
    await fleet.add('shop', 'store', 'west', 'berlin');
    await sell(fleet, 'shop', 'o1', 3, '/v1/sales');
    expect(await move(fleet, 'shop', 'authority')).toMatchObject({ status: 200 });
    await fleet.relink('shop', 'authority');
    await fleet.stopOne('west');
    expect(await retire(fleet, 'west')).toMatchObject({ status: 201 });
    await enrolIdle(fleet, 'idle', 'eu');
    await putBack(fleet, copy);
    await waitsFor(fleet, 'idle');
    expect(await retire(fleet, 'idle')).toMatchObject({ status: 201 });
    await waitsFor(fleet);
    const { body } = await operator(fleet, 'GET', '/v1/recovery');
    expect(body.untold).toContain('west');
    expect(await recover(fleet, 'r1')).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(await recover(fleet, 'r2', one)).toMatchObject({
      status: 201,
      body: { reclaimed: [{ pool: 'LAMP@depot', n: 1 }] },
    });
  }, 60_000);
});
