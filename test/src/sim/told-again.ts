/**
 * Told again: a child that does not heed the welcome tells its own history from below the point
 * that its parent has. Entries of known numbers are compared and never skipped (T3).
 */
import { sameBytes, type WriterId } from '@tallystick/crdt';
import { type Hello, joinEntries, negotiate, type StreamFrame } from '@tallystick/crdt/wire';
import type { SimNode } from './node.ts';
import { Violation } from './trace.ts';
import type { World } from './world.ts';

export function tellAgain(world: World, machine: SimNode, life: WriterId): void {
  const parent = world.parentOf(machine) as SimNode;
  const known = parent.disk.head(life);
  if (known === undefined || known.fence !== null) return;
  let shared = Math.min(known.seq, machine.disk.head(life)?.seq ?? 0);
  while (shared > 0 && !isSame(parent.disk.hashAt(life, shared), machine.disk.hashAt(life, shared)))
    shared -= 1;
  const told = machine.disk.entries.filter(
    ({ writer, seq }) => writer === life && seq >= shared && seq <= known.seq,
  );
  if (told.at(-1)?.seq === shared) return;
  const hello: Hello = {
    kind: 'hello',
    ...machine.release,
    ...machine.replica.uplink.hello(),
    replicaKind: machine.settings.kind,
    wantsLevels: false,
    catalogueVersion: 0,
    signature: new Uint8Array(0),
  };
  const agreed = negotiate(hello);
  parent.run((replica, now) => {
    if (!agreed.ok || !replica.childUp(hello, agreed, now).ok)
      throw new Violation('L6', 'a child was refused');
    const range = { base: 0, from: 0, to: told.length };
    const frame: StreamFrame = { kind: 'stream', writer: life, ...range, entries: joinEntries(told) };
    replica.frame(machine.settings.replica, frame, now);
  });
  world.runFor(1_000);
  world.trace.saw('another branch told from a lower entry');
  if (parent.disk.head(life)?.fence?.reason !== 'fork')
    throw new Violation(
      'T3',
      `${parent.name} was told other entries of ${life} than it has, and did not mind`,
    );
}

function isSame(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a !== undefined && b !== undefined && sameBytes(a, b);
}
