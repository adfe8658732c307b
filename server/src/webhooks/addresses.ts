/** Where webhooks may be sent: to the public internet; nobody makes us knock at doors inside our own network. */
import { BlockList, isIP, isIPv6 } from 'node:net';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Private, link-local, shared, documentation, multicast and reserved ranges of the IANA registries (RFC 6890). */
const REFUSED = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  REFUSED.addSubnet(net, bits, 'ipv4');

/** Of IPv6 only what is given out to the public; in it, what wraps or documents other addresses. */
const PUBLIC_V6 = new BlockList();
PUBLIC_V6.addSubnet('2000::', 3, 'ipv6');
for (const [net, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  REFUSED.addSubnet(net, bits, 'ipv6');

export interface AddressRule {
  /** For one's own machine and for tests. */
  readonly allowLoopback: boolean;
}

/** @param address as a resolver gives it: no name */
export function isAllowed(address: string, { allowLoopback }: AddressRule): boolean {
  if (isIP(address) === 0) return false;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return isAllowed(mapped, { allowLoopback });
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  if (LOOPBACK.check(address, family)) return allowLoopback;
  if (REFUSED.check(address, family)) return false;
  return family === 'ipv4' || PUBLIC_V6.check(address, 'ipv6');
}

/** What is wrong with an address that somebody asks us to call; undefined where nothing is. Names are resolved later. */
export function wrongWithUrl(text: string, rule: AddressRule): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) return 'must be a URL';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const isOwn =
    rule.allowLoopback &&
    (host === 'localhost' || (isIP(host) !== 0 && LOOPBACK.check(host, isIPv6(host) ? 'ipv6' : 'ipv4')));
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isOwn)) return 'must begin with https://';
  if (url.username !== '' || url.password !== '') return 'must not hold a user or a password';
  if (isIP(host) !== 0 && !isAllowed(host, rule)) return 'must be an address on the public internet';
  return undefined;
}
