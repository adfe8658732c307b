/**
 * Fork: the last thing that happens in some runs. A leaf is put back to an image some
 * commits old and sells on, cut off, until its branch is longer than the one that its
 * parent knows; then it comes back. Two histories of one writer meet (T3), and no
 * machine may mix them: what each holds of a writer stays one chain and its fold (T2).
 */
import { decodeEntry, type PoolId, type WriterId } from '@tallystick/crdt';
import { foldAll, textOfBook, textOfRow } from './books.ts';
import type { SimNode } from './node.ts';
import { sellLine } from './order-acts.ts';
import { Prng } from './prng.ts';
import { verifyPruned } from './prune.ts';
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
  if (uplink === undefined || life === null || commits < 1 || prng.chance(0.5)) return;
  const image = leaf.disk.imageOf(commits);
  const lived = leaf.disk.head(life)?.seq ?? 0;
  // Not every commit has an entry: an image that lacks none is no fork.
  if ((image.head(life)?.seq ?? 0) >= lived) return;
  world.observer.isForked = true;
  world.trace.fault('fork', leaf.name);
  leaf.crash();
  uplink.cut();
  leaf.putBackMachine(image);
  leaf.start();
  world.runFor(100);
  // Sales by override need no rights, so that even an empty till writes a branch of its own.
  for (let i = 0; (leaf.disk.head(life)?.seq ?? 0) <= lived + 2 && i < 50; i += 1) {
    sellInHand(leaf, prng.pick(world.tree.pools), i);
    world.runFor(50);
  }
  if ((leaf.disk.head(life)?.seq ?? 0) <= lived) return;
  uplink.heal();
  world.runFor(REUNION_MS);
  if (leaf.disk.self === life || !uplink.isUp) {
    throw new Violation('F1', `${leaf.name} met another history of itself and goes on as ${leaf.disk.self}`);
  }
  world.trace.saw('fork found, a new life begun');
  for (const node of world.nodes) checkChains(node);
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
  const entries = node.disk.entries.map(({ bytes }) => decodeEntry(bytes));
  for (const [i, { writer, seq, prevHash }] of entries.entries()) {
    const before = heads.get(writer) ?? new Uint8Array(32);
    if (!prevHash.every((byte, at) => byte === before[at])) {
      throw new Violation('T2', `${node.name} joined another history of ${writer} at ${seq}`);
    }
    heads.set(writer, sha256(node.disk.entries[i]?.bytes ?? before));
  }
  const books = foldAll(entries);
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
