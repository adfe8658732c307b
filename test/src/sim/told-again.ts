/**
 * Fork: the last thing that happens in some runs. A leaf is put back to an image some
 * commits old and sells on, cut off, until its branch is longer than the one that its
 * parent knows; then it comes back. Two histories of one writer meet (T3), and no
 * machine may mix them: what each holds of a writer stays one chain and its fold (T2).
 */
import { decodeEntry, type PoolId, type WriterId } from '@tallystick/crdt';
import { type Hello, joinEntries, negotiate, type StreamFrame } from '@tallystick/crdt/wire';
import { BookOfWriter, textOfBook, textOfRow } from './books.ts';
import type { StoredEntry } from './disk.ts';
import type { SimNode } from './node.ts';
import { sellLine } from './order-acts.ts';
import { Prng } from './prng.ts';
import { isRepeated, verifyPruned } from './prune.ts';
import { sha256 } from './sha256.ts';
import { Violation } from './trace.ts';
import type { World } from './world.ts';

/** Long enough for hello, refusal, a new life and its stream. */
const REUNION_MS = 20_000;

export function forkAtLast(world: World, seed: number): void {
  const prng = new Prng(seed, 'fork');
  const leaves = world.nodes.filter((node) => !world.nodes.some((other) => world.parentOf(other) === node));
  const leaf = prng.pick(leaves);
  const { uplink } = leaf;
  const life = leaf.disk.self;
  const commits = leaf.disk.commitCount - prng.between(1, 5);
  if (uplink === undefined || life === null || commits < 1) return;
  const isShort = prng.chance(0.5);
  const image = leaf.disk.imageOf(commits);
  const lived = leaf.disk.head(life)?.seq ?? 0;
  const shared = image.head(life)?.seq ?? 0;
  // Not every commit has an entry: an image that lacks none is no fork.
  if (image.self !== life || shared >= lived) return;
  world.observer.isForked = true;
  world.trace.fault(isShort ? 'fork told again from below' : 'fork', leaf.name);
  leaf.crash();
  uplink.cut();
  leaf.putBackMachine(image);
  leaf.start();
  world.runFor(100);
  // Sales by override need no rights, so that even an empty till writes a branch of its own.
  const until = isShort ? shared + 1 : lived + 3;
  for (let i = 0; (leaf.disk.head(life)?.seq ?? 0) < until && i < 50; i += 1) {
    sellInHand(leaf, prng.pick(world.tree.pools), i);
    world.runFor(50);
  }
  if (isShort) tellAgain(world, leaf, life, { shared, lived });
  else if ((leaf.disk.head(life)?.seq ?? 0) <= lived) return;
  uplink.heal();
  world.runFor(REUNION_MS);
  if (leaf.disk.self === life || !uplink.isUp) {
    throw new Violation('F1', `${leaf.name} met another history of itself and goes on as ${leaf.disk.self}`);
  }
  world.trace.saw('fork found, a new life begun');
  for (const node of world.nodes) checkChains(node);
}

/**
 * A child that does not heed the welcome tells its own branch from below the point that its
 * parent has: entries of known numbers, which must be compared and never skipped (T3).
 */
function tellAgain(
  world: World,
  leaf: SimNode,
  life: WriterId,
  { shared, lived }: { readonly shared: number; readonly lived: number },
): void {
  const parent = world.parentOf(leaf) as SimNode;
  // Where the parent has let go of them, they were settled long ago.
  if (parent.disk.hashAt(life, shared + 1) === undefined) return;
  const told: StoredEntry[] = leaf.disk.entries.filter(
    ({ writer, seq }) => writer === life && seq >= shared && seq <= lived,
  );
  if (told.at(-1)?.seq === shared) return;
  const hello: Hello = {
    kind: 'hello',
    ...leaf.release,
    ...leaf.replica.uplink.hello(),
    replicaKind: leaf.settings.kind,
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
    replica.frame(leaf.settings.replica, frame, now);
  });
  world.runFor(1_000);
  world.trace.saw('another branch told from a lower entry');
  if (parent.disk.head(life)?.fence?.reason !== 'fork')
    throw new Violation(
      'T3',
      `${parent.name} was told other entries of ${life} than it has, and did not mind`,
    );
}

function sellInHand(node: SimNode, pool: PoolId, number: number): void {
  node.submit(
    {
      type: 'sell',
      id: `forked-${number}`,
      actor: 'cashier:2',
      channel: 'till',
      priority: 0,
      placedAt: 0,
      payments: [],
      departsFrom: [],
      override: { reason: 'in hand', owedMax: 1_000 },
      lines: [sellLine(pool, 1, '1')],
    },
    () => {},
  );
}

/** What a machine holds of each writer is one chain without a seam, and its rows are the fold of that chain. */
function checkChains(node: SimNode): void {
  if (node.disk.isPruned) return verifyPruned(node);
  const heads = new Map<WriterId, Uint8Array>();
  const books = new Map<WriterId, BookOfWriter>();
  for (const { writer, bytes } of node.disk.entries) {
    const entry = decodeEntry(bytes);
    const fence = node.disk.head(writer)?.fence;
    const start = fence?.reason === 'branch' ? fence.hash : new Uint8Array(32);
    const before = heads.get(writer) ?? start;
    if (!entry.prevHash.every((byte, at) => byte === before[at])) {
      throw new Violation('T2', `${node.name} joined another history of ${writer} at ${entry.seq}`);
    }
    heads.set(writer, sha256(bytes));
    const book = books.get(writer) ?? new BookOfWriter();
    books.set(writer, book);
    if (!isRepeated(node.disk, writer, entry)) book.add(entry);
  }
  for (const [writer, book] of books) {
    for (const [pool, row] of book.rows) {
      const held = textOfRow(node.disk.rows(writer).get(pool));
      if (held !== textOfBook(row)) {
        throw new Violation(
          'T2',
          `${node.name} holds ${writer} ${pool} as ${held}, its chain makes ${textOfBook(row)}`,
        );
      }
    }
  }
}
