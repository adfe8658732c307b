/**
 * The model of `writers` and `runs`: chains, where they end, and the other histories of those that
 * lived twice (F2). To which history an entry belongs is told by its hashes, not by what the core says.
 */
import { createHash } from 'node:crypto';
import {
  type Entry,
  type FenceReason,
  incarnationOf,
  type ReplicaId,
  type ReplicaKind,
  replicaOf,
  type WriterId,
  writerId,
} from '@tallystick/crdt';
import { joinEntries } from '@tallystick/crdt/wire';
import type { RootView } from './books-model.ts';
import { ModelTable } from './tables.ts';
import { textOfBytes } from './texts.ts';

interface Head {
  /** In whose name its entries are written: a branch's in that of the writer that forked. */
  readonly signer: WriterId;
  readonly kind: ReplicaKind;
  parent: WriterId | null;
  /** The root's child by whom it is reached, or null; undefined until its first turn ends. */
  via: ReplicaId | null | undefined;
  seq: number;
  hash: string;
  fence: { readonly seq: number; readonly hash: string; readonly reason: FenceReason } | null;
  /** The hash after each of its entries. */
  readonly hashes: Map<number, string>;
}

interface Said {
  readonly writer: WriterId;
  readonly seq: number;
  readonly hash: Uint8Array;
  readonly reason: FenceReason;
}

/** An entry and the history that it is part of. */
export interface Placed {
  readonly stream: WriterId;
  readonly entry: Entry;
  readonly bytes: Uint8Array;
  /** It was said after the fence of its history. */
  readonly isLate: boolean;
}

const NO_HASH = textOfBytes(new Uint8Array(32));
/** A run is read whole to find one entry in it, so it stays small. */
const RUN_ENTRIES_MAX = 256;

export class HeadsModel {
  readonly writers = new ModelTable();
  readonly runs = new ModelTable();
  /** How often a writer that was known came to be reached another way. */
  moved = 0;
  readonly #heads = new Map<WriterId, Head>();
  /** Who was said to be shut out, before all came here that it had said by then. */
  readonly #early = new Map<WriterId, { readonly by: WriterId; readonly said: Said }>();
  readonly #view: RootView;

  constructor(view: RootView) {
    this.#view = view;
  }

  isFenced(writer: WriterId): boolean {
    return this.#head(writer).fence !== null;
  }

  #head(writer: WriterId): Head {
    const head = this.#heads.get(writer);
    if (head === undefined) throw new Error(`D5: ${writer} does not begin with its life`);
    return head;
  }

  /** The entries of one turn; the first stands at position `first` of the journal. */
  addRuns(first: number, placed: readonly Placed[]): void {
    let from = 0;
    for (const [at, { stream, entry }] of placed.entries()) {
      const isLast = placed[at + 1]?.stream !== stream || at + 1 - from === RUN_ENTRIES_MAX;
      if (!isLast) continue;
      this.runs.set(String(first + from), {
        writer: stream,
        via: this.#viaOf(stream),
        seq_first: placed[from]?.entry.seq,
        seq_last: entry.seq,
        bytes: textOfBytes(joinEntries(placed.slice(from, at + 1))),
        last_hash: this.#head(stream).hashes.get(entry.seq),
      });
      from = at + 1;
    }
  }

  #viaOf(writer: WriterId): ReplicaId | null {
    return this.#head(writer).via ?? null;
  }

  /**
   * By which child a writer is reached, as the turn wrote it: no entry says by whom it came. It is the way
   * that it had, or where the registry puts it; and a child of the root may speak for itself (F3a).
   */
  reach(writer: WriterId, via: ReplicaId | null): void {
    const head = this.#heads.get(writer) ?? this.#lostLife(writer);
    if (head.via === via) return;
    const replica = replicaOf(writer);
    if (via !== replica && via !== this.#view.viaOf(replica))
      throw new Error(`F3a: ${writer} was reached by ${head.via}, and is now by ${via}, where it is not`);
    if (head.via !== undefined) this.moved += 1;
    head.via = via;
  }

  /**
   * F6: a life that is in no books any more. Its name alone is known, and what others say of it. One of the root has
   * no parent; any other is no later than one of its replica that lives, and the root settles it.
   */
  #lostLife(writer: WriterId): Head {
    const living = (replica: ReplicaId) =>
      [...this.#heads].find(([life, { fence }]) => replicaOf(life) === replica && fence === null);
    const [root] = living(this.#view.root) ?? [];
    const [life, like] = living(replicaOf(writer)) ?? [];
    if (root === undefined || life === undefined || like === undefined)
      throw new Error(`D5: ${writer} does not begin with its life, and no other life of it does`);
    if (life !== root && incarnationOf(life) < incarnationOf(writer))
      throw new Error(`F6: ${writer} is later than ${life}, which lives: it may be on its way`);
    const end = { seq: 0, hash: NO_HASH };
    const fence = { ...end, reason: 'rollback' } as const;
    const head = newHead({
      signer: writer,
      kind: like.kind,
      parent: life === root ? null : root,
      ...end,
      fence,
    });
    this.#heads.set(writer, head);
    return head;
  }

  place(entry: Entry, bytes: Uint8Array): Placed {
    const { writer, seq, body } = entry;
    if (body.type === 'life' && seq === 1 && !this.#heads.has(writer)) {
      const { kind, parent } = body;
      this.#heads.set(writer, newHead({ signer: writer, kind, parent, seq: 0, hash: NO_HASH, fence: null }));
    }
    const hash = createHash('sha256').update(bytes).digest();
    const stream = this.#historyOf(entry) ?? this.#branch(entry, hash);
    const head = this.#head(stream);
    const isLate = head.fence !== null && seq > head.fence.seq;
    head.seq = seq;
    head.hash = textOfBytes(hash);
    head.hashes.set(seq, head.hash);
    if (stream === writer) {
      if (body.type === 'reparented') head.parent = body.parent;
      if (body.type === 'fenced') this.#fence(writer, body);
      const early = this.#early.get(stream);
      if (early !== undefined) this.#fence(early.by, early.said);
    }
    return { stream, entry, bytes, isLate };
  }

  #historiesOf(signer: WriterId): [WriterId, Head][] {
    return [...this.#heads].filter(([, head]) => head.signer === signer);
  }

  /** The history that the entry goes on with. */
  #historyOf({ writer, seq, prevHash }: Entry): WriterId | undefined {
    const hash = textOfBytes(prevHash);
    return this.#historiesOf(writer).find(([, head]) => seq === head.seq + 1 && hash === head.hash)?.[0];
  }

  /** F2: the first entry that its writer's chain has no place for names the other history, which is never trusted. */
  #branch({ writer, seq, prevHash }: Entry, hash: Uint8Array): WriterId {
    const shared = textOfBytes(prevHash);
    const left = this.#historiesOf(writer).find(
      ([stream, { hashes }]) =>
        hashes.get(seq - 1) === shared || (seq === 1 && shared === NO_HASH && stream === writer),
    );
    if (left === undefined) throw new Error(`T2: ${writer} ${seq} joins none of its histories`);
    const [parent, { kind, fence }] = left;
    if (fence === null) throw new Error(`F2: ${writer} has two histories and was not shut out`);
    const stream = writerId(
      replicaOf(writer),
      incarnationOf(writer),
      Buffer.from(hash).toString('hex').slice(0, 32),
    );
    const end = { seq: seq - 1, hash: shared };
    this.#heads.set(
      stream,
      newHead({ signer: writer, kind, parent, ...end, fence: { ...end, reason: 'branch' } }),
    );
    return stream;
  }

  /** The root shuts out whom it will; others a child of theirs or a former life of their own, once. */
  #fence(by: WriterId, said: Said): void {
    const { writer, seq, hash, reason } = said;
    const head = this.#heads.get(writer);
    // Not all has come yet that it had said by then.
    if (seq > (head?.seq ?? 0)) this.#early.set(writer, { by, said });
    if (head === undefined || head.fence !== null) return;
    const judge = replicaOf(by);
    const mayFence =
      judge === this.#view.root ||
      judge === replicaOf(writer) ||
      (head.parent !== null && judge === replicaOf(head.parent));
    if (mayFence && seq <= head.seq) head.fence = { seq, hash: textOfBytes(hash), reason };
  }

  /** The turn wrote this head. */
  write(writer: WriterId, digest: string, turn: number): void {
    const { seq, hash, kind, parent, fence } = this.#head(writer);
    this.writers.set(writer, {
      seq,
      hash,
      kind,
      parent,
      via: this.#viaOf(writer),
      fence,
      // The root has no parent to have seen or to relay to; what stands in the books is settled.
      parent_seen: 0,
      relayed: { seq: 0, hash: NO_HASH },
      settled: { seq, hash },
      digest,
      turn,
    });
  }
}

function newHead(head: Omit<Head, 'hashes' | 'via'>): Head {
  return { ...head, via: undefined, hashes: new Map() };
}
