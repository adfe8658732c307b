/** Place: where the registry says that a replica belongs, seen from one node of the tree (F3a). */
import type { ReplicaId } from '../ids.ts';
import type { Directory } from '../replica/directory.ts';
import { ABOVE } from '../replica/stream.ts';

/**
 * The direct child below which a replica belongs, ABOVE where it belongs to another part of
 * the tree, undefined where the registry does not say: a copy of it may lack a part.
 */
export function placeOf(directory: Directory, self: ReplicaId, replica: ReplicaId): ReplicaId | undefined {
  if (replica === self || directory.parentOf(replica) === undefined) return undefined;
  const path = pathUp(directory, replica);
  const at = path.indexOf(self);
  if (at > 0) return path[at - 1];
  // Two paths that end at one root are known to their ends, and this replica is on one of them alone.
  return path.at(-1) === pathUp(directory, self).at(-1) ? ABOVE : undefined;
}

/** From a replica to the topmost ancestor that the registry names. */
function pathUp(directory: Directory, replica: ReplicaId): ReplicaId[] {
  const path = [replica];
  for (let at = directory.parentOf(replica); at !== undefined; at = directory.parentOf(at)) {
    if (path.includes(at)) return path;
    path.push(at);
  }
  return path;
}
