/**
 * Witness: where a machine's own chain stood, told outside its journal (F1).
 *
 * Noted at every fsync, as often as the real one may; a lazier one leaves a window
 * that no replica can see. The authority's tells besides since when its children stand below it (F6).
 */
import { incarnationOf, type Replica, Stays, type WriterId } from '@tallystick/crdt';
import type { SimDisk } from './disk.ts';

export class SimWitness {
  #head: { readonly writer: WriterId; readonly seq: number } | undefined;

  readonly stays = new Stays();

  note(disk: SimDisk, replica: Replica | undefined): void {
    const { self } = disk;
    if (self === null) return;
    this.#head = { writer: self, seq: disk.head(self)?.seq ?? 0 };
    if (replica?.ledger.self.head.parent !== null) return;
    this.stays.note(replica.ledger.streams.values(), self);
  }

  /** The life that it was told of last. */
  get writer(): WriterId | null {
    return this.#head?.writer ?? null;
  }

  /** It was told of another life than the one that is on the disk, which began and never got so far. */
  isOfAnother({ self }: SimDisk): boolean {
    return this.#head !== undefined && this.#head.writer !== self;
  }

  /** As `witness.ts` of the store agent compares, but for hashes: this disk never has another branch of that life. */
  isAheadOf(disk: SimDisk): boolean {
    const { self } = disk;
    const head = this.#head;
    if (head === undefined) return false;
    if (self === null) return true;
    if (head.writer !== self) return incarnationOf(head.writer) >= incarnationOf(self);
    return head.seq > (disk.head(self)?.seq ?? 0);
  }
}
