/**
 * Siblings: items that were put behind the same item, or first under the same key.
 *
 * Yjs finds the place of an item by looking through all that were put there, so that a thousand cost a million looks, each
 * time that the document is read. Devices that did not hear of each other make a few; only a hostile one makes many,
 * and a third of a MiB of them stands still the process that takes it in.
 */
import * as Y from 'yjs';

/** More devices than ever change one line at once. */
export const SIBLINGS_MAX = 100;

type Struct = ReturnType<typeof Y.decodeUpdate>['structs'][number];

/** Whether an update brings more of them than any devices make; before it is applied. */
export function hasManySiblings(structs: readonly Struct[]): boolean {
  if (structs.length <= SIBLINGS_MAX) return false;
  const counts = new Map<string, number>();
  for (const struct of structs) {
    if (!(struct instanceof Y.Item)) continue;
    const place = placeOf(struct);
    const count = (counts.get(place) ?? 0) + 1;
    if (count > SIBLINGS_MAX) return true;
    counts.set(place, count);
  }
  return false;
}

/** Whether the document has more of them where the update put some: they may come one by one. */
export function gotManySiblings(doc: Y.Doc, structs: readonly Struct[]): boolean {
  const seen = new Set<unknown>();
  for (const struct of structs) {
    if (!(struct instanceof Y.Item) || struct.parentSub === null || struct.origin !== null) continue;
    if (struct.id.clock >= Y.getState(doc.store, struct.id.client)) continue;
    const item = Y.getItem(doc.store, struct.id);
    if (!(item instanceof Y.Item) || !(item.parent instanceof Y.AbstractType)) continue;
    const last = item.parent._map.get(struct.parentSub);
    if (last === undefined || seen.has(last)) continue;
    seen.add(last);
    let count = 0;
    for (let at: Y.Item | null = last; at !== null; at = at.left) if (at.origin === null) count += 1;
    if (count > SIBLINGS_MAX) return true;
  }
  return false;
}

/** Of an item as it was read: whom it stands behind, or under which key of which parent it is first. */
function placeOf({ origin, parent, parentSub }: Y.Item): string {
  if (origin !== null) return `${origin.client} ${origin.clock}`;
  const of: unknown = parent;
  if (of instanceof Y.ID) return `${of.client} ${of.clock} ${parentSub ?? ''}`;
  return `${typeof of === 'string' ? of : ''} ${parentSub ?? ''}`;
}
