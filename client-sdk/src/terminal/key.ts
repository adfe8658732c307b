/** Key: the Ed25519 key of this device. No script can read its private half, not even ours: it can only be used. */
import type { Signer } from '@tallystick/crdt/host';

export interface DeviceKey extends Signer {
  /** SPKI, DER. */
  readonly publicKey: Uint8Array;
  /** As IndexedDB stores it. */
  readonly stored: StoredKey;
}

export interface StoredKey {
  readonly privateKey: CryptoKey;
  readonly publicKey: Uint8Array;
}

type CryptoKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

const ED25519 = { name: 'Ed25519' };

export async function newKey(): Promise<DeviceKey> {
  const { privateKey, publicKey } = (await crypto.subtle.generateKey(ED25519, false, ['sign', 'verify'])) as {
    privateKey: CryptoKey;
    publicKey: CryptoKey;
  };
  return keyFrom({ privateKey, publicKey: new Uint8Array(await crypto.subtle.exportKey('spki', publicKey)) });
}

export function keyFrom(stored: StoredKey): DeviceKey {
  return {
    stored,
    publicKey: stored.publicKey,
    sign: async (bytes) =>
      new Uint8Array(await crypto.subtle.sign(ED25519, stored.privateKey, bytes as Uint8Array<ArrayBuffer>)),
  };
}
