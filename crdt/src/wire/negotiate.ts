/**
 * Versions of the link (L6): each side says what it speaks, the greatest common one is used.
 *
 * A peer that is too old or too new is refused a session by name; what it wrote
 * down is taken in all the same, by whoever speaks its version.
 */
import type { ChannelRange, Hello, Range, Welcome } from './frames.ts';

/** The protocol versions that this release speaks. */
export const PROTOCOL: Range = { min: 1, max: 1 };

/** The channels that this release speaks; `stock` is the one that no link can do without. */
export const CHANNELS: readonly ChannelRange[] = [
  { name: 'stock', min: 1, max: 1 },
  { name: 'calls', min: 1, max: 1 },
  { name: 'catalogue', min: 1, max: 1 },
  { name: 'carts', min: 1, max: 1 },
];

export type Negotiated =
  | { readonly ok: true; readonly protocol: number; readonly channels: Welcome['channels'] }
  | { readonly ok: false; readonly message: string };

export function negotiate(
  hello: Pick<Hello, 'protocol' | 'channels'>,
  protocol: Range = PROTOCOL,
  channels: readonly ChannelRange[] = CHANNELS,
): Negotiated {
  const version = common(hello.protocol, protocol);
  if (version === undefined) {
    const { min, max } = hello.protocol;
    const side = min > protocol.max ? 'Upgrade the parent' : 'Upgrade this replica';
    return {
      ok: false,
      message: `${side}: it speaks protocol ${min} to ${max}, the parent ${protocol.min} to ${protocol.max}.`,
    };
  }
  const agreed: { name: string; version: number }[] = [];
  for (const mine of channels) {
    const theirs = hello.channels.find(({ name }) => name === mine.name);
    const channel = theirs && common(theirs, mine);
    if (channel !== undefined) agreed.push({ name: mine.name, version: channel });
  }
  if (!agreed.some(({ name }) => name === 'stock')) {
    return { ok: false, message: 'The two sides share no version of the stock channel.' };
  }
  return { ok: true, protocol: version, channels: agreed };
}

function common(a: Range, b: Range): number | undefined {
  const max = Math.min(a.max, b.max);
  return max >= Math.max(a.min, b.min) ? max : undefined;
}
