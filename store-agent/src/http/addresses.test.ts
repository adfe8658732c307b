/** Who asks, behind a proxy and not: for limits, allow-lists and the trail. */
import type { IncomingMessage } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { createLog } from '../log.ts';
import { addressOf, allowList, sourceOf } from './addresses.ts';
import { createApp } from './app.ts';

const PROXIES = ['127.0.0.1', '10.0.0.0/8'];

test.each<[string, string, string | undefined, readonly string[], string]>([
  ['a proxy says for whom it asks', '127.0.0.1', '203.0.113.9', PROXIES, '203.0.113.9'],
  ['as IPv4 in IPv6', '::ffff:127.0.0.1', '203.0.113.9', PROXIES, '203.0.113.9'],
  ['proxies stand one behind the other', '127.0.0.1', '203.0.113.9, 10.1.2.3', PROXIES, '203.0.113.9'],
  ['who asks claims another address', '127.0.0.1', '192.0.2.1, 203.0.113.9', PROXIES, '203.0.113.9'],
  ['who asks claims to be a proxy', '127.0.0.1', '192.0.2.1, 203.0.113.9, 10.1.2.3', PROXIES, '203.0.113.9'],
  ['a stranger is no proxy', '198.51.100.7', '203.0.113.9', PROXIES, '198.51.100.7'],
  ['there is no proxy here', '127.0.0.1', '203.0.113.9', [], '127.0.0.1'],
  ['a proxy asks for itself', '10.0.0.5', undefined, PROXIES, '10.0.0.5'],
])('%s: requests and sockets have that address', async (_, remoteAddress, said, proxies, address) => {
  const headers = said === undefined ? {} : { 'x-forwarded-for': said };
  const app = createApp(createLog('door', 'silent'), { proxies });
  onTestFinished(() => app.close());
  app.get('/', async ({ ip }) => ip);
  const { body } = await app.inject({ url: '/', remoteAddress, headers });
  expect(body.replace('::ffff:', '')).toBe(address);
  const upgrade = { headers, socket: { remoteAddress } } as unknown as IncomingMessage;
  expect(addressOf(upgrade, proxies)).toBe(address);
});

test('no address that nobody can read is on a list', () => {
  const isProxy = allowList(PROXIES);
  expect(['unknown', '', '127.0.0.1, 10.0.0.1', 'localhost'].filter(isProxy)).toEqual([]);
});

test.each([
  ['203.0.113.9', '203.0.113.9'],
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['203.0.113.9:50412', '203.0.113.9'],
  ['2001:db8:1:2::7', '2001:db8:1:2'],
  ['2001:db8:1:2:ffff:1:2:3', '2001:db8:1:2'],
  ['2001:DB8:1:0002::', '2001:db8:1:2'],
  ['[2001:db8:1:2::7]:443', '2001:db8:1:2'],
  ['2001:db8::9', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['unknown', 'unknown'],
])('%s is counted as %s: whoever has one address of IPv6 has a network of them', (ip, source) => {
  expect(sourceOf(ip)).toBe(source);
});

test('a proxy that says the port as well names the same address', () => {
  expect(
    ['10.0.0.7:50412', '[2001:db8::7]:443'].filter(allowList(['10.0.0.0/8', '2001:db8::/32'])),
  ).toHaveLength(2);
});
