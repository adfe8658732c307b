/** Witness: where this till's chain stood, told outside its database (F1). */
import { isWriterId } from '@tallystick/crdt';
import { hexOf, type Point } from '@tallystick/crdt/wire';
import type { TillPorts } from './ports.ts';

export class Witness {
  readonly #store: TillPorts['witness'];
  readonly #key: string;

  constructor(store: TillPorts['witness'], till: string) {
    this.#store = store;
    this.#key = `tallystick till ${till} witness`;
  }

  /** Undefined where nothing was written, or nothing that can be read. */
  read(): Point | undefined {
    try {
      const { writer, seq, hash } = JSON.parse(this.#store?.getItem(this.#key) ?? 'null');
      if (!isWriterId(writer) || !Number.isSafeInteger(seq) || !/^(?:[0-9a-f]{2})+$/.test(hash))
        return undefined;
      const bytes = (hash as string).match(/../g)?.map((hex) => Number.parseInt(hex, 16)) ?? [];
      return { writer, seq: seq as number, hash: Uint8Array.from(bytes) };
    } catch {
      return undefined;
    }
  }

  /** What cannot be written is let be: the journal itself is whole, and the parent knows too. */
  note({ writer, seq, hash }: Point): void {
    try {
      this.#store?.setItem(this.#key, JSON.stringify({ writer, seq, hash: hexOf(hash) }));
    } catch {
      // Full, or forbidden.
    }
  }
}
