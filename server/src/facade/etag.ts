/** ETags of catalogue items: the version in which an item was last changed. */
import { Problem } from '@tallystick/store-agent';

export function etagOf(version: number): string {
  return `"${version}"`;
}

/** @returns the version that If-Match names; null for `*`, which any version is. @throws Problem where it names none of ours */
export function versionOf(ifMatch: string): number | null {
  if (ifMatch.trim() === '*') return null;
  const digits = /^"(\d{1,15})"$/.exec(ifMatch.trim())?.[1];
  if (digits !== undefined) return Number(digits);
  throw new Problem('precondition_failed', 'If-Match must be the ETag as it was read, with its quotes.');
}
