/** What a suite of journals imports of Node, in a page: the hash as it is there, and folders, which no page has. */
import { sha256 } from '@tallystick/client-sdk/test-kit';

export const hash = (_algorithm: 'sha256', bytes: Uint8Array, _as: 'binary'): string =>
  String.fromCharCode(...sha256(bytes));

function noFolders(): never {
  throw new Error('A page has no folders.');
}
export const mkdtempSync = noFolders;
export const rmSync = noFolders;
export const tmpdir = noFolders;
export const join = noFolders;
