/**
 * Final check: what must hold when all is healed and quiet. Journals are read afresh
 * and folded by the simulator's own books; the core is only compared with them.
 */
import { ABOVE, locationOf, type PoolId, replicaOf, type WriterId } from '@tallystick/crdt';
import { checkAnswers } from './answers-check.ts';
import {
  BookOfWriter,
  debtOf,
  foldAll,
  freeOf,
  heldOf,
  isSameRow,
  rightsOf,
  textOfBook,
  textOfRow,
} from './books.ts';
import { readOnce } from './disk-tables.ts';
import { countShelf } from './goods-acts.ts';
import type { SimNode } from './node.ts';
import { sellLine } from './order-acts.ts';
import { Prng } from './prng.ts';
import { verifyPruned } from './prune.ts';
import { settleLostLives } from './restore.ts';
import { Violation } from './trace.ts';
import type { World } from './world.ts';

/** No hold was opened or extended for longer. */
const HOLD_MS_MAX = 31_000;

export function checkAtEnd(world: World, seed: number): void {
  world.observer.settlePutBacks();
  checkSame(world);
  endHolds(world);
  settleLostLives(world);
  countEverything(world);
  checkDebts(world);
  probe(world, new Prng(seed, 'probes'));
  checkSame(world);
  checkAnswers(world);
}

function rootOf(world: World): SimNode {
  return world.nodes[0] as SimNode;
}

/** Every copy of every stream is the same, and is the fold of its entries. */
function checkSame(world: World): void {
  const root = rootOf(world);
  const books = foldAll(root.disk.entries.map(readOnce));
  for (const node of world.nodes) {
    const self = node.disk.self;
    if (self === null) continue;
    for (const writer of node.disk.writers) {
      const head = node.disk.head(writer);
      // Who was given to another part of the tree is known there and above, and here as it was.
      if (head?.via === ABOVE) continue;
      const atRoot = root.disk.head(writer);
      if (head?.seq !== atRoot?.seq || !same(head?.hash, atRoot?.hash)) {
        throw new Violation(
          'converge',
          `${node.name} has ${writer} up to ${head?.seq}, the root up to ${atRoot?.seq}`,
        );
      }
      checkSettled(node, writer);
      checkRows(node, writer, books.get(writer) ?? new BookOfWriter());
    }
    checkTotals(world, node, books);
    if (node.disk.isPruned) verifyPruned(node);
  }
}

function same(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a !== undefined && b !== undefined && a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** L1: everybody knows that the authority has all of it; until then nobody may let go of it (D7). */
function checkSettled({ name, replica }: SimNode, writer: WriterId): void {
  const head = replica.ledger.streams.get(writer)?.head;
  if (head === undefined || (head.settled.seq === head.seq && same(head.settled.hash, head.hash))) return;
  throw new Violation(
    'L1',
    `${name} was told that ${writer} is settled up to ${head.settled.seq} of ${head.seq}`,
  );
}

function checkRows(node: SimNode, writer: WriterId, book: BookOfWriter): void {
  const stored = node.disk.rows(writer);
  const inMemory = node.replica.ledger.streams.get(writer);
  for (const [pool, row] of book.rows) {
    const who = `${writer} ${pool}`;
    const [found, live] = [stored.get(pool), inMemory?.row(pool)];
    if (!isSameRow(row, found))
      throw new Violation('D6', `${node.name} stored ${who} as ${textOfRow(found)}, not ${textOfBook(row)}`);
    if (!isSameRow(row, live))
      throw new Violation(
        'D4',
        `${node.name} has ${who} in memory as ${textOfRow(live)}, not ${textOfBook(row)}`,
      );
  }
}

/** The sums that the hub keeps step by step are what summing up gives. */
function checkTotals(world: World, node: SimNode, books: ReadonlyMap<WriterId, BookOfWriter>): void {
  const { hub, ledger } = node.replica;
  const self = ledger.self.writer;
  for (const pool of world.tree.pools) {
    if (hub.totals.levels !== undefined) {
      let onHand = 0;
      let available = 0;
      for (const book of books.values()) {
        const row = book.row(pool);
        onHand += row.received - row.departed;
        available += row.received + row.reinstated - row.used - debtOf(row);
      }
      const level = hub.totals.levels.get(pool) ?? { onHand: 0, available: 0 };
      if (level.onHand !== onHand || level.available !== available) {
        throw new Violation(
          'levels',
          `${pool}: ${level.onHand} on hand, ${level.available} available; the rows say ${onHand}, ${available}`,
        );
      }
    }
    for (const child of hub.children.values()) {
      let holding = 0;
      for (const [writer, book] of books) {
        if (world.observer.ended.has(writer)) continue;
        if (ledger.streams.get(writer)?.head.via === child.replica) holding += freeOf(book.row(pool));
      }
      const known = child.pools.get(pool)?.holding ?? 0;
      const inFlight = inFlightTo(world, books, self, child.replica, pool);
      if (known !== holding + inFlight) {
        throw new Violation(
          'holding',
          `${node.name} thinks ${child.replica} holds ${known} ${pool}, not ${holding + inFlight}`,
        );
      }
    }
  }
}

/** Quiet means that nothing is on its way, so this is a check of its own. */
function inFlightTo(
  world: World,
  books: ReadonlyMap<WriterId, BookOfWriter>,
  self: WriterId,
  child: string,
  pool: PoolId,
): number {
  for (const [to, book] of books) {
    const sender = replicaOf(to) === child && !world.observer.ended.has(to) ? self : undefined;
    if (sender === undefined) continue;
    const sent = books.get(sender)?.row(pool).sent.get(to) ?? 0;
    const took = book.row(pool).took.get(sender) ?? 0;
    if (sent !== took) {
      throw new Violation(
        'L1',
        `${world.node(replicaOf(to)).name} took ${took} ${pool} of ${sent} that were sent to it`,
      );
    }
  }
  return 0;
}

/** Nobody leaves a hold open for ever: payments come to an end too. */
function endHolds(world: World): void {
  world.runFor(HOLD_MS_MAX);
  for (const node of world.nodes) {
    for (const [holdId, { capturing }] of [...node.replica.ledger.holds]) {
      if (!capturing) throw new Violation('F9', `${node.name} never lets hold ${holdId} expire`);
      world.clients.ask(node, { type: 'release', id: world.scene.nextId('release'), actor: 'web:1', holdId });
    }
  }
  world.settle('after the holds were ended');
  for (const node of world.nodes) {
    if (node.replica.ledger.holds.size > 0) throw new Violation('F9', `${node.name} cannot end its holds`);
  }
  for (const [writer, book] of world.observer.books) {
    if (world.observer.ended.has(writer)) continue;
    for (const [pool, row] of book.rows) {
      if (heldOf(row) !== 0)
        throw new Violation('F9', `${writer} goes on holding ${heldOf(row)} ${pool}, and no hold is open`);
    }
  }
}

/** T9: after a stocktake at every place, the books say what stands there. */
function countEverything(world: World): void {
  for (const location of world.tree.locations) countShelf(world.scene, location, 0);
  world.settle('after the stocktake');
  const books = foldAll(rootOf(world).disk.entries.map(readOnce));
  for (const pool of world.tree.pools) {
    let onHand = 0;
    for (const book of books.values()) onHand += book.row(pool).received - book.row(pool).departed;
    const standing = world.shelves.standing(pool);
    if (onHand !== standing) {
      throw new Violation('T9', `${pool}: ${standing} stand there, the books say ${onHand} after the count`);
    }
  }
}

/** What live writers owe, and what lives that ended lack by their books at the root (F5). */
function owedByAll(world: World, books: ReadonlyMap<WriterId, BookOfWriter>, pool: PoolId): number {
  let sum = 0;
  for (const [writer, book] of books) {
    const row = book.row(pool);
    if (!world.observer.ended.has(writer)) {
      sum += debtOf(row);
      continue;
    }
    let account = rightsOf(row) - debtOf(row);
    for (const [other, otherBook] of books) {
      const theirs = otherBook.row(pool);
      account += Math.max(0, (theirs.sent.get(writer) ?? 0) - (row.took.get(other) ?? 0));
      // All is quiet: what was sent and not taken never will be, and what was taken was sent.
      account += (row.sent.get(other) ?? 0) - (theirs.took.get(writer) ?? 0);
      account -= theirs.reclaimed.get(writer) ?? 0;
    }
    if (account < 0) sum -= account;
  }
  return sum;
}

/** What lives that ended still hold is nobody's until it is taken back. */
function liveFree(world: World, pool: PoolId): number {
  let sum = 0;
  for (const [writer, book] of world.observer.books) {
    if (!world.observer.ended.has(writer)) sum += freeOf(book.row(pool));
  }
  return sum;
}

/** F7, F8: no one goes on owing while somebody has free units. */
function checkDebts(world: World): void {
  const books = foldAll(rootOf(world).disk.entries.map(readOnce));
  for (const pool of world.tree.pools) {
    const owed = owedByAll(world, books, pool);
    const free = liveFree(world, pool);
    if (owed > 0 && free > 0) {
      throw new Violation('F7', `${pool}: ${owed} are owed while ${free} are free: ${whoHas(world, pool)}`);
    }
  }
}

function whoHas(world: World, pool: PoolId): string {
  const parts: string[] = [];
  for (const [writer, book] of world.observer.books) {
    const row = book.row(pool);
    if (freeOf(row) !== 0 || debtOf(row) !== 0) {
      parts.push(`${replicaOf(writer)} free ${freeOf(row)} rights ${rightsOf(row)} owes ${debtOf(row)}`);
    }
  }
  return parts.join('; ');
}

/** What is free somewhere can be sold anywhere by whoever waits for it (R4). */
function probe(world: World, prng: Prng): void {
  for (const pool of world.tree.pools) {
    for (const node of world.nodes) {
      if (!prng.chance(0.4)) continue;
      const free = liveFree(world, pool);
      const id = world.scene.nextId('probe');
      const request = world.clients.ask(node, {
        type: 'sell',
        id,
        actor: 'web:1',
        channel: 'web',
        priority: 0,
        placedAt: 0,
        payments: [],
        departsFrom: [],
        waitMs: 20_000,
        lines: [sellLine(pool, 1, '1')],
      });
      world.settle(`after ${id}`);
      if (request.state === 'accepted' && free < 1)
        throw new Violation('oversell', `${id} sold ${pool}, of which none was free`);
      if (request.state === 'refused' && free >= 1) {
        throw new Violation(
          'liveness',
          `${id}: ${node.name} refused 1 ${pool} at ${locationOf(pool)} while ${free} are free: ${whoHas(world, pool)}`,
        );
      }
    }
  }
}
