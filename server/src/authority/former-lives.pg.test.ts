/** A region is restored from a backup: its old orders are called off, and what it held before is taken back on an operator's word (F1, F3, T8). */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, runHere } from '@tallystick/store-agent/test-kit';
import { expect, onTestFinished, test, vi } from 'vitest';
import { runCli } from '../cli/commands.ts';
import { onHand, TestFleet, TOKEN, until } from './fleet.test-kit.ts';

const AGENT = fileURLToPath(new URL('../../../store-agent/src/cli/main.ts', import.meta.url));
const lamps = (quantity: number) => [{ sku: 'LAMP', quantity, locationId: 'depot' }];

/** A region that sold four of twelve lamps, was backed up, sold two more, and was put back to the backup. */
async function restoredRegion(before = async (_: TestFleet) => {}): Promise<TestFleet> {
  const fleet = await TestFleet.start();
  const region = await fleet.add('eu', 'region', 'authority', null);
  await fleet.add('depot', 'warehouse', 'authority', 'depot');
  await fleet.post('depot', '/v1/receipts', { id: 'd1', lines: [{ sku: 'LAMP', quantity: 12 }] });
  const sell = async (id: string, quantity: number) => {
    const sold = await fleet.post('eu', '/v1/orders', { id, lines: lamps(quantity), waitMs: 10_000 });
    expect(sold.status).toBe(201);
    await until(() => fleet.served.get('eu')?.agent.order(id).stage === 'settled', `${id} settles`);
  };
  await before(fleet);
  const port = Number(new URL(fleet.served.get('eu')?.url ?? '').port);
  await sell('o1', 4);
  expect(region.order('o1').stage).toBe('settled');
  await fleet.stopOne('eu');
  const [data, file] = [join(fleet.folder, 'eu'), join(fleet.folder, 'eu-backup.db')];
  expect(await run(AGENT, ['backup', '--data', data, '--to', file])).toMatchObject({ code: 0 });
  await fleet.run('eu', port);
  await sell('o2', 2);
  await fleet.stopOne('eu');
  expect(await run(AGENT, ['restore', '--data', data, '--from', file])).toMatchObject({ code: 0 });
  await fleet.run('eu', port);
  return fleet;
}

function tallystick(fleet: TestFleet, ...args: string[]) {
  return runHere(() => runCli([...args, '--operator', 'anna', '--url', fleet.authorities[0]?.url ?? '']));
}

test('[T8] [F1] [F3] its old orders are called off, and what it held before is free once somebody has counted it', async () => {
  vi.stubEnv('TALLYSTICK_OPERATOR_TOKEN', TOKEN);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const fleet = await restoredRegion();
  const region = () =>
    fleet.served.get('eu')?.agent as NonNullable<ReturnType<typeof fleet.served.get>>['agent'];
  for (const order of ['o1', 'o2']) {
    const cancelled = await fleet.post('eu', `/v1/orders/${order}/cancel`, {});
    expect(cancelled).toMatchObject({ status: 200, body: { status: 'cancelled' } });
  }
  expect(await fleet.post('eu', '/v1/orders/o1/cancel', { id: 'once-more' })).toMatchObject({
    status: 409,
    body: { code: 'already_cancelled' },
  });
  const { authority } = fleet.authorities[0] as (typeof fleet.authorities)[0];
  await until(() => authority.why('LAMP').pools[0]?.available === 12, 'that is in the books');
  const former = await tallystick(fleet, 'retire', 'eu', '--former');
  expect(former.err).toBe('');
  const units = Number(/(\d+) × LAMP@depot/.exec(former.out)?.[1]);
  expect(units).toBeGreaterThanOrEqual(6);
  expect(former.out).toContain('eu goes on; 1 former life of it ended.');
  const counted = ['retire', 'eu', '--former', '--counted', `LAMP@depot=${units}`];
  const unsure = await tallystick(fleet, ...counted);
  expect(unsure).toMatchObject({ code: 1, out: '' });
  expect(unsure.err).toContain('Is the old machine of eu surely off');
  const taken = await tallystick(fleet, ...counted, '--machine-is-off');
  expect(taken).toMatchObject({ code: 0, err: '' });
  expect(taken.out).toContain(`  taken back:\n    ${units} × LAMP@depot\n`);
  // The answer was lost on the way: the same act again takes nothing back twice.
  expect((await tallystick(fleet, ...counted, '--machine-is-off')).out).toBe(taken.out);
  expect(authority.catalogue.replica('eu')?.status).toBe('enrolled');
  const all = await fleet.post('eu', '/v1/orders', { id: 'o3', lines: lamps(12), waitMs: 10_000 });
  expect(all).toMatchObject({ status: 201, body: { lines: [{ quantity: 12 }] } });
  expect(onHand(region(), 'LAMP', 'depot')).toBe(0);
  await until(
    () => authority.why('LAMP').words.includes('every unit is accounted for'),
    'every unit is accounted for',
  );
});

test('[T8] an order of a replica that is retired is nobody’s to cancel, and its client is told so', async () => {
  vi.stubEnv('TALLYSTICK_OPERATOR_TOKEN', TOKEN);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const fleet = await restoredRegion();
  await fleet.add('us', 'region', 'authority', null);
  await fleet.stopOne('eu');
  expect(await fleet.post('us', '/v1/orders/o1/cancel', {})).toMatchObject({
    status: 503,
    body: { code: 'owner_unreachable' },
  });
  await tallystick(fleet, 'retire', 'eu');
  const catalogue = fleet.served.get('us')?.agent.catalogue;
  await until(() => catalogue?.replica('eu')?.status === 'retired', 'the other region has heard of it');
  expect(await fleet.post('us', '/v1/orders/o1/cancel', {})).toMatchObject({
    status: 409,
    body: { code: 'not_owner', detail: expect.stringContaining('eu, which took order o1, is retired') },
  });
  const { authority } = fleet.authorities[0] as (typeof fleet.authorities)[0];
  const available = () => authority.why('LAMP').pools[0]?.available;
  const before = available() ?? 0;
  // Its return is decided by what the books have heard of its shipment.
  for (const [act, id] of [
    ['shipments', 's1'],
    ['returns', 'r1'],
  ])
    await until(
      async () => (await fleet.post('us', `/v1/orders/o1/${act}`, { id })).status === 201,
      `its ${act} are taken`,
    );
  await until(() => available() === before + 4, 'its goods are free, as the answer said');
});

test('[F3] nobody’s former life is taken back where there is none, or where it may not have told all', async () => {
  vi.stubEnv('TALLYSTICK_OPERATOR_TOKEN', TOKEN);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const fleet = await restoredRegion();
  expect((await tallystick(fleet, 'retire', 'depot', '--former')).out).toBe('No life of depot has ended.\n');
  expect(await tallystick(fleet, 'retire', 'nobody', '--former')).toMatchObject({ code: 1 });
  await fleet.stopOne('eu');
  const late = await tallystick(
    fleet,
    'retire',
    'eu',
    '--former',
    '--counted',
    'LAMP@depot=1',
    '--machine-is-off',
  );
  expect(late).toMatchObject({ code: 1, out: '' });
  expect(late.err).toContain('eu has not told all that it knows of its former lives');
  await tallystick(fleet, 'retire', 'eu');
  expect((await tallystick(fleet, 'retire', 'eu', '--former')).err).toContain('eu is retired');
});

test('[F1] [F3] nothing is taken back before all who hung on it have spoken: one may hold what was counted', async () => {
  vi.stubEnv('TALLYSTICK_OPERATOR_TOKEN', TOKEN);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const fleet = await restoredRegion(async (started) => {
    await started.add('kiosk', 'store', 'eu', null);
    await started.stopOne('kiosk');
  });
  const { authority } = fleet.authorities[0] as (typeof fleet.authorities)[0];
  const counted = ['retire', 'eu', '--former', '--counted', 'LAMP@depot=6', '--machine-is-off'];
  const refused = await tallystick(fleet, ...counted);
  expect(refused).toMatchObject({ code: 1, out: '' });
  expect(refused.err).toContain('Not heard since eu was restored: kiosk.');
  await fleet.run('kiosk');
  const { ledger } = authority.host.engine.replica;
  await until(
    () =>
      ledger
        .livesOf('kiosk' as never)
        .some(({ head }) => head.fence === null && head.parent?.startsWith('eu.2.') === true),
    'the kiosk is heard',
  );
  expect(await tallystick(fleet, ...counted)).toMatchObject({ code: 0, err: '' });
});
