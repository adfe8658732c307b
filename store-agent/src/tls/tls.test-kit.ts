/** Real certificates for tests: an authority of their own, and what it signs, in a folder that goes with the test. */
import 'reflect-metadata';
import type { webcrypto } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BasicConstraintsExtension,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { onTestFinished } from 'vitest';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;

export interface Issued {
  readonly cert: string;
  readonly key: string;
  /** The certificate as a client gives it to trust. */
  readonly pem: string;
}

export class TestCa {
  readonly folder: string;
  readonly ca: string;
  readonly pem: string;
  readonly #root: X509Certificate;
  readonly #keys: webcrypto.CryptoKeyPair;

  private constructor(folder: string, root: X509Certificate, keys: webcrypto.CryptoKeyPair) {
    this.folder = folder;
    this.#root = root;
    this.#keys = keys;
    this.pem = root.toString('pem');
    this.ca = join(folder, 'ca.pem');
    writeFileSync(this.ca, this.pem);
  }

  static async make(): Promise<TestCa> {
    const folder = mkdtempSync(join(tmpdir(), 'tallystick-tls-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const keys = await newKeys();
    const root = await X509CertificateGenerator.createSelfSigned({
      name: 'CN=Tallystick tests',
      keys,
      signingAlgorithm: ALGORITHM,
      notBefore: new Date(Date.now() - DAY_MS),
      notAfter: new Date(Date.now() + 30 * DAY_MS),
      extensions: [new BasicConstraintsExtension(true, 1, true)],
    });
    return new TestCa(folder, root, keys);
  }

  /** A certificate for 127.0.0.1 and localhost, and its key, in files called after it. */
  async issue(name: string, days = 30): Promise<Issued> {
    const keys = await newKeys();
    const made = await X509CertificateGenerator.create({
      subject: `CN=${name}`,
      issuer: this.#root.subject,
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      signingAlgorithm: ALGORITHM,
      notBefore: new Date(Date.now() - DAY_MS),
      notAfter: new Date(Date.now() + days * DAY_MS),
      extensions: [
        new SubjectAlternativeNameExtension([
          { type: 'ip', value: '127.0.0.1' },
          { type: 'dns', value: 'localhost' },
        ]),
      ],
    });
    const [cert, key] = [join(this.folder, `${name}.pem`), join(this.folder, `${name}.key`)];
    const pem = made.toString('pem');
    writeFileSync(cert, pem);
    const secret = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
    writeFileSync(key, `-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----\n`, {
      mode: 0o600,
    });
    return { cert, key, pem };
  }
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']) as Promise<webcrypto.CryptoKeyPair>;
}
