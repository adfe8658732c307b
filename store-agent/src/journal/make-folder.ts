import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * A data folder: keys, hashes of PINs and the journal are for whoever runs the replica, and for nobody else on the machine.
 * @throws the file system's error
 */
export function makeFolder(folder: string, mode = 0o700): void {
  try {
    mkdirSync(folder, { recursive: true, mode });
  } catch (error) {
    // Of a disk that takes no writes Node says that the folder is not there (ENOENT). What is there says why.
    let above = resolve(folder);
    while (!existsSync(above) && above !== dirname(above)) above = dirname(above);
    accessSync(above, constants.W_OK);
    throw error;
  }
}
