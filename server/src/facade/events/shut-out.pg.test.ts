/** Whose events arrive where: a business client's own, while it may hear them, and not one moment longer. */
import { expect, test } from 'vitest';
import { TestFleet, until } from '../../authority/fleet.test-kit.ts';
import { follow, followSocket, list } from './follow.test-kit.ts';

test('somebody else’s events never arrive, and those who are shut out hear nothing from then on and are told why', async () => {
  const fleet = await TestFleet.start();
  fleet.signIn = 'required';
  await fleet.add('eu', 'region', 'authority', null);
  await fleet.add('berlin', 'store', 'eu', 'berlin');
  await fleet.post('berlin', '/v1/receipts', { id: 'd1', lines: [{ sku: 'MUG', quantity: 50 }] });
  const { url } = fleet.served.get('eu') as NonNullable<ReturnType<typeof fleet.served.get>>;
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const operator = bearer(await fleet.token('eu', 'operator'));
  const credentials = new Map<string, { id: string; secret: string; headers: { authorization: string } }>();
  for (const client of ['acme', 'other']) {
    await fleet.addClient(client);
    const made = await fleet.credential('client', client);
    const headers = bearer(await fleet.tokenFor('eu', made.id, made.secret));
    credentials.set(client, { ...made, headers });
  }
  const of = (client: string) => credentials.get(client) as NonNullable<ReturnType<typeof credentials.get>>;
  let placed = 0;
  const order = async (client: string) => {
    placed += 1;
    const id = `${client}:${placed}`;
    const body = { id, lines: [{ sku: 'MUG', quantity: 1, locationId: 'berlin' }], waitMs: 10_000 };
    const headers = { ...of(client).headers, 'content-type': 'application/json' };
    const made = await fetch(`${url}/v1/orders`, { method: 'POST', headers, body: JSON.stringify(body) });
    expect(made.status).toBe(201);
    return id;
  };

  // Whatever they ask for, it is asked of what is theirs.
  const events = `${url}/v1/events?after=0`;
  const theirs = new Map(
    ['acme', 'other'].map((client) => {
      const { headers } = of(client);
      return [client, { sse: follow(events, headers), socket: followSocket(events, headers) }];
    }),
  );
  const all = follow(events, operator);
  const orders = (seen: readonly { type: string; subject: string }[]) =>
    seen.filter(({ type }) => type === 'order.settled').map(({ subject }) => subject);
  const wanted = { acme: [await order('acme')], other: [await order('other')] };
  wanted.acme.push(await order('acme'));
  for (const [client, { sse, socket }] of theirs)
    for (const { seen } of [sse, socket])
      await until(
        () => orders(seen).length === wanted[client as 'acme' | 'other'].length,
        `${client} hears of its own`,
      );

  const { id } = of('acme');
  const revoked = await fetch(`${url}/v1/credentials/${id}`, { method: 'DELETE', headers: operator });
  expect(revoked.status).toBe(200);
  const acme = theirs.get('acme') as NonNullable<ReturnType<typeof theirs.get>>;
  await until(() => acme.sse.end() !== undefined && acme.socket.closed.length > 0, 'it is shut out');
  for (const said of [acme.sse.end(), acme.socket.said.at(-1)]) {
    expect(said).toContain('"code":"unauthenticated"');
    expect(said).toMatch(/revoked.* go on with after=\d+/);
  }
  expect(acme.socket.closed).toEqual([4401]);
  expect((await list(events, '', of('acme').headers)).status).toBe(401);

  wanted.other.push(await order('other'));
  await until(() => orders(all.seen).length === placed, 'the merchant hears of all');
  const other = theirs.get('other') as typeof acme;
  for (const { seen } of [other.sse, other.socket]) {
    await until(() => orders(seen).length === wanted.other.length, 'who was not shut out hears on');
    expect(seen.filter(({ subject }) => subject.startsWith('acme'))).toEqual([]);
  }
  for (const { seen } of [acme.sse, acme.socket]) {
    expect(orders(seen)).toEqual(wanted.acme);
    expect(seen.filter(({ subject }) => subject.startsWith('other'))).toEqual([]);
    // Of the merchant's own affairs they hear nothing either.
    expect(seen.filter(({ type }) => !/^order\.|^stock\.level_changed$/.test(type))).toEqual([]);
  }
});
