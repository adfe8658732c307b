/** Forger: a child that says what an honest replica never would, in a chain that fits. */
import { encodeEntry } from '../entry/codec.ts';
import type { Entry, EntryBody, Hash } from '../entry/entry.ts';
import type { WriterId } from '../ids.ts';
import type { StreamHead } from '../replica/stream.ts';
import { NOON, type Node, sha256 } from '../replica/world.test-kit.ts';
import type { StreamFrame } from '../wire/frames.ts';
import { joinEntries } from '../wire/slices.ts';

export class Forger {
  readonly #child: Node;
  readonly writer: WriterId;
  seq: number;
  hash: Hash;

  /** Goes on where the child's own chain ends, or from an earlier point of it, as a fork does. */
  constructor(child: Node, afterSeq?: number) {
    const { head, writer } = child.replica.ledger.self;
    this.#child = child;
    child.world.comesToRest = false;
    this.writer = writer;
    this.seq = afterSeq ?? head.seq;
    this.hash = child.journal.hashAt(writer, this.seq) ?? head.hash;
  }

  entry(body: EntryBody, change: Partial<Entry> = {}): { entry: Entry; bytes: Uint8Array } {
    this.seq += 1;
    const entry: Entry = {
      v: 1,
      writer: this.writer,
      seq: this.seq,
      prevHash: this.hash,
      docId: `forged-${this.seq}`,
      actor: 'system',
      wallMs: NOON,
      monotonicMs: 0,
      bootId: '0c'.repeat(16),
      body,
      ...change,
    };
    const bytes = encodeEntry(entry);
    this.hash = sha256(bytes);
    return { entry, bytes };
  }

  frame(entries: readonly { readonly bytes: Uint8Array }[], change: Partial<StreamFrame> = {}): StreamFrame {
    const parent = this.#child.parent as Node;
    const from = parent.replica.hub.child(this.#child.id).session?.cursor ?? 0;
    return {
      kind: 'stream',
      writer: this.#child.self,
      base: from,
      from,
      to: from + entries.length,
      entries: joinEntries(entries),
      ...change,
    };
  }

  /** Says these things to the parent, one entry each, in one frame. */
  say(...bodies: readonly EntryBody[]): void {
    this.send(this.frame(bodies.map((body) => this.entry(body))));
  }

  send(frame: StreamFrame): void {
    (this.#child.parent as Node).hear(this.#child.id, frame);
  }
}

/** What a node holds of a writer, forged or not. */
export function headAt({ replica }: Node, writer: WriterId): StreamHead {
  return replica.ledger.streams.get(writer)?.head as StreamHead;
}
