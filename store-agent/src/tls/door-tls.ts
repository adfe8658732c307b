/** TLS of a door: opened with what its files say, and taken up anew when they are replaced, without a restart. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { SecureContextOptions, Server, TLSSocket, TlsOptions } from 'node:tls';
import type { Log } from '../log.ts';
import { type DoorTlsFiles, endOf, readCa, readPair } from './files.ts';

/** A certificate that was renewed is in use a minute later, which is soon enough weeks before the old one ends. */
const LOOK_EVERY_MS = 60_000;
/** A socket that does not say hello is dropped. */
const HANDSHAKE_MS = 10_000;

export class DoorTls {
  readonly #folder: string;
  readonly #files: DoorTlsFiles;
  #seen: string;
  options: TlsOptions;

  /** @throws ConfigError where a file cannot be read or does not fit */
  constructor(folder: string, files: DoorTlsFiles) {
    this.#folder = folder;
    this.#files = files;
    this.#seen = this.#stamp();
    this.options = { ...this.#read(), ...this.#asks, minVersion: 'TLSv1.2', handshakeTimeout: HANDSHAKE_MS };
  }

  /** Whether children show a certificate of their own; what else they prove, they prove as ever. */
  get asksChildren(): boolean {
    return this.#files.linkClientsCa !== undefined;
  }

  /** Browsers and programs share the port and show none: whether it is there is looked at where a link is opened. */
  get #asks() {
    return this.asksChildren ? { requestCert: true, rejectUnauthorized: false } : {};
  }

  #read(): SecureContextOptions {
    const { linkClientsCa } = this.#files;
    const pair = readPair(this.#folder, this.#files);
    return linkClientsCa === undefined ? { ...pair } : { ...pair, ca: readCa(this.#folder, linkClientsCa) };
  }

  /** Keeps a server's certificate as its files have it. @returns how to stop that */
  follow(server: Server, log: Log): () => void {
    this.#warn(log);
    const timer = setInterval(() => this.look(server, log), LOOK_EVERY_MS);
    timer.unref();
    return () => clearInterval(timer);
  }

  /** A half-written pair leaves the one before in use, and is looked at again. */
  look(server: Server, log: Log): void {
    const stamp = this.#stamp();
    if (stamp === this.#seen) return;
    try {
      const context = this.#read();
      server.setSecureContext({ ...context, minVersion: 'TLSv1.2' });
      this.options = { ...this.options, ...context };
      this.#seen = stamp;
      log.info('the certificate of this door was replaced');
      this.#warn(log);
    } catch (error) {
      log.error({ err: error }, 'the new certificate cannot be used: the one before stays');
    }
  }

  #warn(log: Log): void {
    const said = endOf(this.options as { cert: string; key: string }, Date.now());
    if (said !== undefined) log.warn(said);
  }

  #stamp(): string {
    const { cert, key, linkClientsCa } = this.#files;
    return [cert, key, linkClientsCa]
      .map((file) =>
        file === undefined ? undefined : statSync(resolve(this.#folder, file), { throwIfNoEntry: false }),
      )
      .map((stat) => `${stat?.mtimeMs}/${stat?.size}/${stat?.ino}`)
      .join(' ');
  }
}

/** Whether whoever opened this socket showed a certificate that is signed as it must be. */
export function hasShown(socket: unknown): boolean {
  return (socket as TLSSocket).authorized === true;
}
