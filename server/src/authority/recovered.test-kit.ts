/** Recovery, as an operator of a running fleet sees it: F6. */
import type { ReplicaId } from '@tallystick/crdt';
import { expect } from 'vitest';
import { type TestFleet, TOKEN, until } from './fleet.test-kit.ts';

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

export async function operator(
  fleet: TestFleet,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  const response = await fetch(`${fleet.authorities[0]?.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

export const retire = (fleet: TestFleet, replica: string): Promise<Answer> =>
  operator(fleet, 'POST', '/v1/retirements', { id: `gone-${replica}`, replica, operator: 'anna' });

export const move = (fleet: TestFleet, replica: string, to: string): Promise<Answer> =>
  operator(fleet, 'POST', '/v1/moves', { replica, to, operator: 'anna' });

export const recover = (fleet: TestFleet, id: string, more: object = {}): Promise<Answer> =>
  operator(fleet, 'POST', '/v1/recoveries', { id, operator: 'anna', ...more });

export const lamps = (n: number) => [{ sku: 'LAMP', quantity: n, locationId: 'depot' }];

/** Sold at a region, or at a shop by its own door, and settled in the books. */
export async function sell(
  fleet: TestFleet,
  at: string,
  id: string,
  n: number,
  path = '/v1/orders',
): Promise<void> {
  const sold = await fleet.post(at, path, { id, lines: lamps(n), waitMs: 10_000 });
  expect(sold).toMatchObject({ status: 201 });
  await until(() => fleet.served.get(at)?.agent.order(id).stage === 'settled', `${id} is settled`);
}

/** @returns where a copy of the books is, of which those who run now all connect again */
export async function copyOfNow(fleet: TestFleet): Promise<string> {
  const connected = fleet.authorities[0]?.authority.host.children.up.length ?? 0;
  let copy = '';
  const authority = await fleet.whileStopped(async () => {
    copy = await fleet.copyBooks();
  });
  await until(() => authority.host.children.up.length === connected, 'all are connected again');
  return copy;
}

/** Until nobody else is waited for. */
export async function waitsFor(fleet: TestFleet, ...ids: string[]): Promise<void> {
  await until(
    async () => {
      const { body } = await operator(fleet, 'GET', '/v1/recovery');
      return JSON.stringify(body.missing) === JSON.stringify(ids);
    },
    `those who are waited for are: ${ids.join(', ')}`,
  );
}

export const atAuthority = (fleet: TestFleet, id: string) =>
  fleet.authorities[0]?.authority.catalogue.replica(id as ReplicaId)?.status;
