/**
 * What a child may ask of the authority through its parents: to let a new device in, and nothing else.
 *
 * The books believe a region when it says who asks, because clients come in at its doors. A shop or a till has no
 * such doors; a stolen one must not write the catalogue, read customers or make itself a credential.
 */
const FOR_ANYBODY: ReadonlySet<unknown> = new Set(['enrol']);

export function mayAskAuthority(body: string, isRegion: boolean): boolean {
  if (isRegion) return true;
  try {
    return FOR_ANYBODY.has((JSON.parse(body) as { call?: unknown } | null)?.call);
  } catch {
    return false;
  }
}
