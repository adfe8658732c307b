/**
 * Clone check: what must hold when of two machines with one identity each has brought in what it
 * did (F2). The sums are the simulator's own (`clone-books.ts`); the core is compared with them.
 */
import {
  ABOVE,
  encodeEntry,
  exposure,
  type PoolId,
  replicaOf,
  sameBytes,
  type WriterId,
} from '@tallystick/crdt';
import { hexOf } from '@tallystick/crdt/wire';
import { BookOfWriter, debtOf, freeOf, rightsOf, textOfBook, textOfRow } from './books.ts';
import {
  Accounts,
  type CloneBooks,
  documentOf,
  type History,
  historiesOn,
  isSentByBoth,
  pathOf,
} from './clone-books.ts';
import type { CloneTrade } from './clone-trade.ts';
import { readOnce } from './disk-tables.ts';
import { goodsOf } from './document-kinds.ts';
import { checkTakenBack } from './former-orders.ts';
import { settlerOf } from './move.ts';
import type { SimNode } from './node.ts';
import { sha256 } from './sha256.ts';
import { Violation } from './trace.ts';
import type { World } from './world.ts';

export class CloneCheck {
  readonly #world: World;
  readonly #life: WriterId;
  /** What lives that had ended before lacked already. */
  readonly #lackedBefore = new Map<string, number>();

  constructor(world: World, life: WriterId) {
    this.#world = world;
    this.#life = life;
    const accounts = new Accounts(historiesOn(this.#root.disk).values(), this.#root.disk);
    for (const writer of this.#ended(accounts))
      for (const pool of world.tree.pools) {
        const left = this.#left(accounts, writer, pool);
        if (left < 0) this.#lackedBefore.set(`${writer} ${pool}`, left);
      }
  }

  get #root(): SimNode {
    return this.#world.nodes[0] as SimNode;
  }

  #isEnded(writer: WriterId): boolean {
    return (this.#root.disk.head(writer)?.fence ?? null) !== null;
  }

  #ended(accounts: Accounts): WriterId[] {
    return [...accounts.writers].filter((writer) => this.#isEnded(writer));
  }

  #settlerOf(writer: WriterId): SimNode | undefined {
    return settlerOf(this.#world, writer);
  }

  atEnd(books: CloneBooks, trade: CloneTrade): void {
    const histories = historiesOn(this.#root.disk);
    this.#checkAllIsThere(books);
    const forked = [...histories.values()].filter(({ writer }) => writer === this.#life);
    if (forked.length > 1) this.#world.trace.saw('both clones wrote');
    if (forked.length > 2) this.#world.trace.saw('a writer with three histories');
    if (isSentByBoth(forked)) this.#world.trace.saw('both clones sent to one neighbour');
    checkPaths(histories.values());
    checkOnce(histories.values());
    checkTakenBack(histories.values());
    this.#checkAnswers(histories.values(), trade);
    this.#checkSums(histories);
    this.#checkCopies();
  }

  /** What a writer that was shut out has left, in the account of who settles it. */
  #left(accounts: Accounts, writer: WriterId, pool: PoolId): number {
    return accounts.left(writer, pool) + this.#leftBehind(accounts, writer, pool);
  }

  #leftBehind(accounts: Accounts, writer: WriterId, pool: PoolId): number {
    const parent = this.#root.disk.head(writer)?.parent ?? null;
    const settler = this.#settlerOf(writer)?.settings.replica;
    const hasMoved = settler !== undefined && parent !== null && replicaOf(parent) !== settler;
    return hasMoved ? accounts.leftBehind(writer, pool) : 0;
  }

  /** F5, F7: what covers the units that are owed, by pool: to accounts of writers that were shut out, and by live ones. */
  owed(): Map<PoolId, number> {
    const { disk } = this.#root;
    const accounts = new Accounts(historiesOn(disk).values(), disk);
    const owed = new Map<PoolId, number>();
    for (const pool of this.#world.tree.pools) {
      // Its settler may count some of it in another account (seed 19008333), and covers that as well.
      let [units, covering] = [0, 0];
      for (const writer of accounts.writers) {
        const debt = debtOf(accounts.row(writer, pool));
        const isEnded = this.#isEnded(writer);
        if (!isEnded) units += debt;
        else units += Math.max(0, -this.#left(accounts, writer, pool) - accounts.disputed(writer, pool));
        const { ledger } = (this.#settlerOf(writer) ?? this.#root).replica;
        const stream = isEnded ? ledger.streams.get(writer) : undefined;
        covering += stream === undefined ? debt : Math.max(0, -exposure(ledger, stream, pool));
      }
      if (units > 0) owed.set(pool, Math.max(units, covering));
    }
    return owed;
  }

  /** Whoever knows a writer knows all of it, under whatever names, and that all of it is settled. */
  #checkCopies(): void {
    const atRoot = tipsOf(this.#root);
    for (const node of this.#world.nodes) {
      for (const [writer, tips] of tipsOf(node)) {
        if (tips.join() !== atRoot.get(writer)?.join())
          throw new Violation('converge', `${node.name} knows other ends of ${writer} than the root`);
      }
      for (const { writer, head } of node.replica.ledger.streams.values()) {
        // Who was given to another part of the tree is known there and above, and here as it was (F3a).
        if (head.via === ABOVE) continue;
        if (head.settled.seq === head.seq && sameBytes(head.settled.hash, head.hash)) continue;
        throw new Violation(
          'L1',
          `${node.name} was told that ${writer} is settled up to ${head.settled.seq} of ${head.seq}`,
        );
      }
    }
  }

  /** What any machine durably wrote stands in the books, and nothing else does. */
  #checkAllIsThere({ durableBy }: CloneBooks): void {
    const inBooks = new Map<string, WriterId>();
    for (const stored of this.#root.disk.entries) {
      const { writer, seq } = readOnce(stored);
      const hash = hexOf(stored.hash);
      if (inBooks.has(hash)) throw new Violation('F2', `${writer} ${seq} stands in the books twice`);
      inBooks.set(hash, writer);
      if (!durableBy.has(hash))
        throw new Violation('F2', `${writer} ${seq} stands in the books and was written by nobody`);
    }
    for (const [hash, writer] of durableBy) {
      if (!inBooks.has(hash)) throw new Violation('F2', `an entry of ${writer} is lost`);
    }
  }

  /** Every answer that somebody was given is an entry in the books, and all answers to one order are that order. */
  #checkAnswers(histories: Iterable<History>, { asked }: CloneTrade): void {
    const hashes = new Set(this.#root.disk.entries.map(({ hash }) => hexOf(hash)));
    const known = new Map<string, string>();
    for (const { entries } of histories)
      for (const { entry, counts } of entries) {
        const document = documentOf(entry);
        if (document === undefined || (!counts && !known.has(document))) continue;
        known.set(document, known.get(document) ?? goodsOf(entry.body));
      }
    for (const { command, answers } of asked.values()) {
      for (const { node, entry } of answers) {
        if (!hashes.has(hexOf(sha256(encodeEntry(entry)))))
          throw new Violation('lost', `${node.name} accepted ${command.id}, which is not in the books`);
        const document = documentOf(entry);
        // Of an order that was taken back already, another cancellation is no news.
        const goods = document === undefined ? undefined : known.get(document);
        const isNoNews = goods === undefined && document !== undefined && MOVES.has(entry.body.type);
        if (!isNoNews && goods !== goodsOf(entry.body))
          throw new Violation('lost', `${command.id} stands in the books as something else`);
      }
      if (answers.length > 1 && answers[0]?.entry.writer !== answers.at(-1)?.entry.writer)
        this.#world.trace.saw('one thing done by both clones');
    }
  }

  #checkSums(histories: ReadonlyMap<WriterId, History>): void {
    const { tree } = this.#world;
    const accounts = new Accounts(histories.values(), this.#root.disk);
    for (const pool of tree.pools) {
      for (const history of histories.values()) this.#checkRow(history, pool);
      this.#checkLevel(histories.values(), pool);
      for (const writer of this.#ended(accounts)) this.#checkAccount(accounts, writer, pool);
      this.#checkConserved(accounts, pool);
    }
  }

  #checkRow({ name, book }: History, pool: PoolId): void {
    const expected = textOfBook(book.row(pool));
    const { disk, replica } = this.#root;
    const stored = textOfRow(disk.rows(name).get(pool));
    const live = textOfRow(replica.ledger.streams.get(name)?.row(pool));
    if (stored !== expected || live !== expected)
      throw new Violation(
        'D6',
        `the books have ${name} ${pool} as ${stored} and ${live}, its entries say ${expected}`,
      );
  }

  #checkLevel(histories: Iterable<History>, pool: PoolId): void {
    let onHand = 0;
    let available = 0;
    for (const { book } of histories) {
      const row = book.row(pool);
      onHand += row.received - row.departed;
      available += row.received + row.reinstated - row.used - debtOf(row);
    }
    const level = this.#root.replica.hub.totals.levels?.get(pool) ?? { onHand: 0, available: 0 };
    if (level.onHand !== onHand || level.available !== available)
      throw new Violation(
        'levels',
        `${pool}: ${level.onHand} on hand, ${level.available} available; the entries say ${onHand}, ${available}`,
      );
  }

  /** F2: one account, the same to whoever settles it and to the authority; and nobody but the clones lacks what nobody had. */
  #checkAccount(accounts: Accounts, writer: WriterId, pool: PoolId): void {
    const settler = this.#settlerOf(writer);
    const leftBehind = this.#leftBehind(accounts, writer, pool);
    for (const node of new Set([settler, this.#root])) {
      const stream = node?.replica.ledger.streams.get(writer);
      if (node === undefined || stream === undefined) continue;
      // What nobody tells any more to a parent that its replica has left is counted by who settles that life alone.
      const mine = accounts.left(writer, pool) + (node === settler ? leftBehind : 0);
      const theirs = exposure(node.replica.ledger, stream, pool);
      // What it surrendered too late to somebody of whom its settler hears nothing, only the root sees: it errs on the safe side.
      const { streams } = node.replica.ledger;
      const isUnheard = (to: WriterId) => {
        const stream = streams.get(to);
        return stream === undefined || stream.head.via === ABOVE;
      };
      const isUnseen = theirs === mine - accounts.voidTo(writer, pool, isUnheard);
      if (mine !== theirs && isUnseen) this.#world.trace.saw('a late surrender that only the root sees');
      else if (Math.abs(mine - theirs) > accounts.disputed(writer, pool))
        throw new Violation(
          'F2',
          `${node.name} thinks that ${writer} has ${theirs} ${pool} left, and it is ${mine}`,
        );
    }
    const left = accounts.left(writer, pool) + leftBehind;
    if (left >= 0) return;
    if (writer === this.#life) return this.#world.trace.saw('both clones sold the same units');
    // What it sold by override was owed from the first.
    let known = (this.#lackedBefore.get(`${writer} ${pool}`) ?? 0) - debtOf(accounts.row(writer, pool));
    if (replicaOf(writer) === replicaOf(this.#life)) known -= voidRights(accounts, writer, pool);
    // Shut out by a new parent that knew little of it, what a child surrendered in time counts as late (seed 19000991).
    for (const other of accounts.writers) known -= accounts.voidTo(other, pool, (to) => to === writer);
    // Given up at one of the two, it may have surrendered to the other what was taken back already.
    for (const other of accounts.writers)
      if (replicaOf(other) === replicaOf(this.#life))
        known -= accounts.row(other, pool).reclaimed.get(writer) ?? 0;
    if (left < known) throw new Violation('F2', `${writer}, which lived once, lacks ${-left} ${pool}`);
  }

  /** What came and did not go is with somebody: free, held, owed, or in the account of who was shut out. */
  #checkConserved(accounts: Accounts, pool: PoolId): void {
    let here = 0;
    let shared = 0;
    const parts: string[] = [];
    for (const writer of accounts.writers) {
      const row = accounts.row(writer, pool);
      here += row.received + row.reinstated - row.used - debtOf(row);
      const has = this.#isEnded(writer) ? this.#left(accounts, writer, pool) : rightsOf(row) - debtOf(row);
      shared += has;
      if (has !== 0) parts.push(`${has} ${writer}${this.#isEnded(writer) ? ' (ended)' : ''}`);
    }
    if (here !== shared)
      throw new Violation(
        'conservation',
        `${pool}: ${here} are there, and ${shared} stand in accounts: ${parts.join(', ')}`,
      );
  }
}

/**
 * T8: units that came by a document which counts elsewhere. Both machines may be beyond the life that
 * was copied when one delivery note is typed in at each, and each sells what it says.
 */
function voidRights(accounts: Accounts, writer: WriterId, pool: PoolId): number {
  let units = 0;
  for (const { entry, counts } of (accounts.historiesOf.get(writer) ?? []).flatMap(
    ({ entries }) => entries,
  )) {
    const { body } = entry;
    if (counts || (body.type !== 'received' && body.type !== 'returned' && body.type !== 'cancelled'))
      continue;
    for (const line of body.lines) if (line.pool === pool) units += line.n;
  }
  return units;
}

/** The last entries of each writer's histories; a branch, which has a name of its own, belongs to whom it left. */
function tipsOf({ disk }: SimNode): Map<string, string[]> {
  const tips = new Map<string, string[]>();
  for (const writer of disk.writers) {
    const head = disk.head(writer);
    if (head?.via === ABOVE) continue;
    const chain = head?.fence?.reason === 'branch' ? rootOf(disk, writer) : writer;
    tips.set(chain, [...(tips.get(chain) ?? []), hexOf(head?.hash ?? new Uint8Array(0))].sort());
  }
  return tips;
}

function rootOf(disk: SimNode['disk'], branch: WriterId): WriterId {
  const head = disk.head(branch);
  return head?.fence?.reason === 'branch' && head.parent !== null ? rootOf(disk, head.parent) : branch;
}

/** T4, T6: along each history nobody spent what it had not. */
function checkPaths(histories: Iterable<History>): void {
  for (const history of histories) {
    const book = new BookOfWriter();
    for (const { entry } of pathOf(history)) {
      for (const pool of book.add(entry)) {
        const row = book.row(pool);
        if (freeOf(row) < 0 || debtOf(row) < 0)
          throw new Violation('T6', `${history.name} ${pool} after ${entry.seq}: ${textOfBook(row)}`);
      }
    }
  }
}

const MOVES: ReadonlySet<string> = new Set(['cancelled', 'returned', 'shipped']);
const ONCE = new Set(['received', 'returned', 'shipped', 'cancelled']);

/** T8: what creates rights, or moves goods, counts once; who sold an order takes it back once, whoever sold it as well. */
function checkOnce(histories: Iterable<History>): void {
  const counted = new Set<string>();
  const sold = new Set<string>();
  for (const { name, entries } of histories) {
    for (const { entry, counts } of entries) {
      const named = documentOf(entry);
      const { body, writer } = entry;
      if (counts && (body.type === 'sold' || body.type === 'confirmed'))
        sold.add(`${body.orderId} ${writer}`);
      if (!counts || named === undefined || !ONCE.has(body.type)) continue;
      const isSeller = body.type === 'cancelled' && sold.has(`${body.orderId} ${writer}`);
      const document = isSeller ? `${named} of ${writer}` : named;
      if (counted.has(document)) throw new Violation('T8', `${document} of ${name} counts twice`);
      counted.add(document);
    }
  }
}
