/** The model of `writers` and `runs`: chains and where they end. */
import { createHash } from 'node:crypto';
import { type Entry, type FenceReason, type ReplicaKind, replicaOf, type WriterId } from '@tallystick/crdt';
import { joinEntries } from '@tallystick/crdt/wire';
import type { RootView } from './books-model.ts';
import { ModelTable } from './tables.ts';
import { textOfBytes } from './texts.ts';

interface Head {
  readonly kind: ReplicaKind;
  parent: WriterId | null;
  seq: number;
  hash: string;
  fence: { readonly seq: number; readonly hash: string; readonly reason: FenceReason } | null;
}

const NO_HASH = textOfBytes(new Uint8Array(32));
/** A run is read whole to find one entry in it, so it stays small. */
const RUN_ENTRIES_MAX = 256;

export class HeadsModel {
  readonly writers = new ModelTable();
  readonly runs = new ModelTable();
  readonly #heads = new Map<WriterId, Head>();
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

  /** The entries of one turn with their bytes; the first stands at position `first` of the journal. */
  add(first: number, entries: readonly Entry[], bytes: readonly Uint8Array[]): void {
    let from = 0;
    for (const [at, entry] of entries.entries()) {
      this.#fold(entry, bytes[at] as Uint8Array);
      const isLast = entries[at + 1]?.writer !== entry.writer || at + 1 - from === RUN_ENTRIES_MAX;
      if (!isLast) continue;
      this.runs.set(String(first + from), {
        writer: entry.writer,
        via: this.#viaOf(entry.writer),
        seq_first: entries[from]?.seq,
        seq_last: entry.seq,
        bytes: textOfBytes(joinEntries(bytes.slice(from, at + 1).map((each) => ({ bytes: each })))),
        last_hash: this.#head(entry.writer).hash,
      });
      from = at + 1;
    }
  }

  #viaOf(writer: WriterId): string | null {
    return this.#view.viaOf(replicaOf(writer));
  }

  #fold(entry: Entry, bytes: Uint8Array): void {
    const { writer, seq, body } = entry;
    if (body.type === 'life' && seq === 1)
      this.#heads.set(writer, { kind: body.kind, parent: body.parent, seq: 0, hash: NO_HASH, fence: null });
    const head = this.#head(writer);
    if (seq !== head.seq + 1 || textOfBytes(entry.prevHash) !== head.hash)
      throw new Error(`T2: ${writer} ${seq} does not follow ${head.seq}`);
    head.seq = seq;
    head.hash = textOfBytes(createHash('sha256').update(bytes).digest());
    if (body.type === 'reparented') head.parent = body.parent;
    if (body.type === 'fenced') this.#fence(writer, body);
  }

  /** The root shuts out whom it will; others a child of theirs or a former life of their own, once. */
  #fence(
    by: WriterId,
    { writer, seq, hash, reason }: { writer: WriterId; seq: number; hash: Uint8Array; reason: FenceReason },
  ): void {
    const head = this.#heads.get(writer);
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
