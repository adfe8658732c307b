/** Addresses: from which a credential may be used, and who asks where something of one's own stands in front of a door. */
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { z } from 'zod';

/** An address or a network: 192.0.2.7, 192.0.2.0/24, 2001:db8::/32. */
export const addressSchema = z
  .string()
  .max(64)
  .refine((text) => readAddress(text) !== undefined, 'must be an address or a network such as 192.0.2.0/24');

interface Network {
  readonly address: string;
  readonly bits: number;
  readonly family: 'ipv4' | 'ipv6';
}

function readAddress(text: string): Network | undefined {
  const [address = '', bits, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || address.includes('%') || more.length > 0) return undefined;
  const bitsMax = version === 4 ? 32 : 128;
  if (bits !== undefined && !(/^\d{1,3}$/.test(bits) && Number(bits) <= bitsMax)) return undefined;
  return {
    address,
    bits: bits === undefined ? bitsMax : Number(bits),
    family: version === 4 ? 'ipv4' : 'ipv6',
  };
}

/** @returns whether an address is on the list; an empty list lets everybody in */
export function allowList(addresses: readonly string[]): (ip: string) => boolean {
  if (addresses.length === 0) return () => true;
  const list = new BlockList();
  for (const text of addresses) {
    const network = readAddress(text);
    if (network !== undefined) list.addSubnet(network.address, network.bits, network.family);
  }
  return (ip) => {
    const plain = plainIp(ip);
    const version = isIP(plain);
    return version !== 0 && list.check(plain, version === 4 ? 'ipv4' : 'ipv6');
  };
}

/** Where a socket takes both families, IPv4 comes in as ::ffff:192.0.2.7; some proxies say the port as well. */
function plainIp(ip: string): string {
  const [, v6, v4] = WITH_PORT.exec(ip) ?? [];
  return (v6 ?? v4 ?? ip).replace(/^::ffff:(?=\d+\.)/i, '');
}

const WITH_PORT = /^(?:\[([\da-f:.]{2,45})\](?::\d{1,5})?|(\d[\d.]{6,14}):\d{1,5})$/i;

/**
 * By what one caller is counted: the address, or of IPv6 the network of 64 bits, of which whoever has one address
 * mostly has them all.
 */
export function sourceOf(ip: string): string {
  // Most are IPv4, and asked for at each request.
  if (!ip.includes(':')) return ip;
  const plain = plainIp(ip);
  const address = plain.replace(/%.*$/, '');
  if (isIP(address) !== 6) return plain;
  // Shortened and in small letters; an IPv4 address at its end is two groups like any.
  const [before = '', after] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const groups = before === '' ? [] : before.split(':');
  const behind = after === undefined || after === '' ? [] : after.split(':');
  const zeros = Array<string>(8 - groups.length - behind.length).fill('0');
  return [...groups, ...zeros, ...behind].slice(0, 4).join(':');
}

/**
 * Who asks: the nearest address that is none of the proxies in front of this door. Each of those has added whom it
 * speaks for at the end of `X-Forwarded-For`; what stands before that, anybody may have written.
 */
export function addressOf({ headers, socket }: IncomingMessage, proxies: readonly string[]): string {
  const isProxy = proxies.length === 0 ? () => false : allowList(proxies);
  const said = String(headers['x-forwarded-for'] ?? '').split(',');
  let address = plainIp(socket.remoteAddress ?? '');
  while (isProxy(address)) {
    const before = plainIp(said.pop()?.trim() ?? '');
    if (isIP(before) === 0) break;
    address = before;
  }
  return address;
}
