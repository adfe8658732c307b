import { mkdirSync } from 'node:fs';

/** A data folder: keys, hashes of PINs and the journal are for whoever runs the replica, and for nobody else on the machine. */
export function makeFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
}
