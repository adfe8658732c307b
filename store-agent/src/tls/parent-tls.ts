/** TLS towards the parent: what a link is opened with, read at each attempt, so that what was renewed is used. */
import { type ParentTlsFiles, readCa, readPair } from './files.ts';

export interface LinkTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly minVersion: 'TLSv1.2';
}

/** @throws ConfigError where a file cannot be read or does not fit */
export function readParentTls(folder: string, { ca, cert, key }: ParentTlsFiles): LinkTls {
  return {
    minVersion: 'TLSv1.2',
    ...(ca === undefined ? {} : { ca: readCa(folder, ca) }),
    ...(cert === undefined || key === undefined ? {} : readPair(folder, { cert, key })),
  };
}
