/**
 * What a child may ask of others through its parents: of keepers and owners to carry out a command, whether anybody is
 * there, and of the authority to let a new device in, and how far the lines of an order are: no names, no prices.
 *
 * The books believe a region when it says who asks, because clients come in at its doors. A shop or a till has no
 * such doors; a stolen one must not write the catalogue, read customers or make itself a credential. And nobody asks
 * another replica to retire its children, or for what it knows: a call does not say where it began, and what comes
 * from above is taken for the authority's own word.
 */
const OF_THE_AUTHORITY: ReadonlySet<unknown> = new Set(['enrol', 'order.moved']);
const OF_OTHERS: ReadonlySet<unknown> = new Set(['command', 'together', 'ping']);

export function mayAsk(isOfAuthority: boolean, body: string, isRegion: boolean): boolean {
  if (isOfAuthority && isRegion) return true;
  try {
    const call = (JSON.parse(body) as { call?: unknown } | null)?.call;
    return (isOfAuthority ? OF_THE_AUTHORITY : OF_OTHERS).has(call);
  } catch {
    return false;
  }
}
