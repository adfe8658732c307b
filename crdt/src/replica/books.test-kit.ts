/** Books: a parent's ledger, into which a test writes what a child said in one history or another. */
import { encodeEntry } from '../entry/codec.ts';
import type { EntryBody } from '../entry/entry.ts';
import { type PoolId, type ReplicaId, type WriterId, writerId } from '../ids.ts';
import type { Row } from '../tally/row.ts';
import { accountRow } from './account.ts';
import { branchHead, rootOf } from './branches.ts';
import { Ledger } from './ledger.ts';
import { MemoryJournal } from './memory-journal.test-kit.ts';
import { newHead, type Stream } from './stream.ts';
import { pool, sha256 } from './world.test-kit.ts';

const lamp = pool('lamp');
export const atFirst = { wallMs: 0, monotonicMs: 0, bootId: '0b'.repeat(16) };

export const name = (replica: string, incarnation = 1, letter = 'a') =>
  writerId(replica as ReplicaId, incarnation, letter.repeat(32));

/** A parent's ledger that holds one child, whose entries are made up here. */
export class Books {
  readonly journal = new MemoryJournal();
  readonly ledger = new Ledger(this.journal.load(), this.journal, sha256);
  readonly shop: Stream;
  #docs = 0;

  constructor() {
    this.ledger.beginLife(name('hq'), 'authority', null, atFirst);
    this.shop = this.ledger.addStream(
      name('berlin'),
      newHead('store', this.ledger.self.writer, 'berlin' as ReplicaId),
    );
    this.say(this.shop, { type: 'life', kind: 'store', parent: this.ledger.self.writer });
  }

  /** Another writer, that comes through a child. */
  add(writer: WriterId, via: string, parent: WriterId = this.ledger.self.writer): Stream {
    const stream = this.ledger.addStream(writer, newHead('terminal', parent, via as ReplicaId));
    this.say(stream, { type: 'life', kind: 'terminal', parent });
    return stream;
  }

  say(stream: Stream, ...bodies: readonly EntryBody[]): void {
    for (const body of bodies) this.sayAs('', stream, body);
  }

  /** Says it under a document's id. */
  sayAs(docId: string, stream: Stream, body: EntryBody): void {
    this.#docs += 1;
    const entry = {
      v: 1,
      writer: rootOf(this.ledger, stream).writer,
      seq: stream.head.seq + 1,
      prevHash: stream.head.hash,
      docId: docId === '' ? `d${this.#docs}` : docId,
      actor: 'system',
      ...atFirst,
      body,
    };
    const bytes = encodeEntry(entry);
    this.ledger.accept(stream, { entry, bytes, hash: sha256(bytes) });
  }

  /** Another history, which left the first (or a branch of it) after `seq`. */
  branch(seq: number, left: Stream = this.shop): Stream {
    const { ledger } = this;
    const writer = name('berlin', 1, 'bcdef'[ledger.branches.size] ?? '0');
    const branch = ledger.addStream(writer, branchHead(left, seq, ledger.hashOf(left, seq) as Uint8Array));
    if (this.shop.head.fence === null) ledger.fence(this.shop, 'fork', atFirst);
    return branch;
  }

  commit(): void {
    const writes = this.ledger.endTurn();
    if (writes !== undefined) this.journal.commit(writes);
    this.ledger.keep();
  }

  account(at: PoolId = lamp): Readonly<Row> {
    return accountRow(this.ledger, this.shop, at);
  }
}
