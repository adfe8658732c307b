import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { waitForPorts } from './wait-for-ports.ts';

test('a port that stays taken is named; one that is let go is waited for', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const said: number[] = [];
  expect(await waitForPorts([port], (each) => said.push(each), 0)).toBe(port);
  expect(said).toEqual([]);
  const waiting = waitForPorts([port], (each) => {
    said.push(each);
    taken.close();
  });
  expect(await waiting).toBeUndefined();
  expect(said).toEqual([port]);
});
