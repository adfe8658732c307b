/**
 * Certificates and keys, read from files and checked before anything is opened with them: whoever mixed two up is
 * told so in words when the program starts, and not by clients that cannot come in.
 */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { ConfigError } from '../config-error.ts';

const path = z.string().min(1).max(4_096);

/** How this replica's own door is opened. Paths are as seen from its data folder. */
export const doorTlsSchema = z.strictObject({
  /** PEM: its certificate, then those between it and a root. */
  cert: path,
  /** PEM, without a passphrase. */
  key: path,
  /** PEM: who signed the certificates that children must show at the link's door. Left out: they show none. */
  linkClientsCa: path.optional(),
});
export type DoorTlsFiles = z.infer<typeof doorTlsSchema>;

/** How this replica goes to its parent's door, where that is `wss://`. */
export const parentTlsSchema = z
  .strictObject({
    /** PEM: who signed the parent's certificate, where that is nobody whom Node trusts by itself. */
    ca: path.optional(),
    /** PEM: what it shows itself, where the parent wants to see something. */
    cert: path.optional(),
    key: path.optional(),
  })
  .refine(({ cert, key }) => (cert === undefined) === (key === undefined), 'cert and key go together');
export type ParentTlsFiles = z.infer<typeof parentTlsSchema>;

export interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** @throws ConfigError that names the file and what is wrong with it */
export function readPair(folder: string, files: { readonly cert: string; readonly key: string }): Pair {
  const cert = readPem(folder, files.cert, 'certificate');
  const key = readPem(folder, files.key, 'key');
  const own = certificateIn(cert, resolve(folder, files.cert));
  if (!own.checkPrivateKey(privateKeyIn(key, resolve(folder, files.key))))
    throw new ConfigError(
      `The key in ${resolve(folder, files.key)} is not that of the certificate in ${resolve(folder, files.cert)}. Name the two that were made together.`,
    );
  return { cert, key };
}

/** @throws ConfigError as above */
export function readCa(folder: string, file: string): string {
  const ca = readPem(folder, file, 'certificate');
  certificateIn(ca, resolve(folder, file));
  return ca;
}

/** What whoever runs it should know about when a certificate is valid; undefined where it is for a week or longer. */
export function endOf({ cert }: Pair, nowMs: number): string | undefined {
  const { validFrom, validTo } = new X509Certificate(cert);
  const [fromMs, toMs] = [Date.parse(validFrom), Date.parse(validTo)];
  if (nowMs < fromMs) return `The certificate is valid from ${validFrom} on, which is still to come.`;
  if (nowMs > toMs) return `The certificate ended on ${validTo}: nobody who checks it comes in.`;
  return toMs - nowMs < WEEK_MS ? `The certificate ends on ${validTo}.` : undefined;
}

const WEEK_MS = 7 * 86_400_000;

function readPem(folder: string, file: string, what: 'certificate' | 'key'): string {
  const at = resolve(folder, file);
  let text: string;
  try {
    text = readFileSync(at, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError(
      `The TLS ${what} ${at} cannot be read (${code}). Check that it is there and who may read it.`,
    );
  }
  if (!text.includes('-----BEGIN '))
    throw new ConfigError(`${at} is no TLS ${what}: it must be PEM, which begins with -----BEGIN.`);
  return text;
}

function certificateIn(text: string, at: string): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch {
    throw new ConfigError(`${at} holds no certificate that can be read. Is it the key, or cut off?`);
  }
}

function privateKeyIn(text: string, at: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch {
    // Not the parser's own words: they are OpenSSL's, and a key is nobody's business in a log.
    throw new ConfigError(
      `${at} holds no key that can be read. Is it the certificate, or kept under a passphrase?`,
    );
  }
}
