/**
 * Forge: a child that says what an honest replica never would, in a chain that fits.
 *
 * It goes on where its parent believes the chain to be, so that hashes and seqs are right
 * unless they are meant to be wrong, and the parent has to judge what was said.
 */
import { type Entry, type EntryBody, encodeEntry, NO_HASH, type WriterId } from '@tallystick/crdt';
import { type Frame, joinEntries } from '@tallystick/crdt/wire';
import type { Prng } from '../sim/prng.ts';
import { sha256 } from '../sim/sha256.ts';
import { mutateFields, type Words } from './mutate-fields.ts';
import { ENTRY_TYPES, sampleEntry } from './sample-entries.ts';
import type { Member, Town } from './town.ts';

const BOOT_ID = '0c'.repeat(16);

/** Every writer and pool of the town, and some that are not of it. */
export function wordsOf(town: Town): Words {
  const live = [...town.members.values()].map(({ replica }) => replica.ledger.self.writer);
  return {
    writers: [
      ...live,
      `ghost.1.${'9'.repeat(32)}`,
      `hamburg.2.${'8'.repeat(32)}`,
      `berlin.7.${'7'.repeat(32)}`,
    ],
    pools: ['lamp@berlin', 'lamp@hamburg', 'lamp@nowhere', 'bulb@hamburg'],
  };
}

/** A stream frame of `child` to its parent with one to four entries that it made up. */
export function forgedStream(prng: Prng, town: Town, child: Member): Frame {
  const parent = child.parent as Member;
  const words = wordsOf(town);
  const self = child.replica.ledger.self.writer;
  const known = parent.replica.ledger.streams.get(self)?.head;
  const chains = new Map<WriterId, { seq: number; hash: Uint8Array }>();
  chains.set(self, known ?? { seq: 0, hash: NO_HASH });
  const entries: { bytes: Uint8Array }[] = [];
  for (let left = prng.pick([1, 1, 1, 2, 4]); left > 0; left -= 1) {
    const writer = (prng.chance(0.75) ? self : prng.pick(words.writers)) as WriterId;
    const head = chains.get(writer) ??
      parent.replica.ledger.streams.get(writer)?.head ?? { seq: 0, hash: NO_HASH };
    const isFirst = head.seq === 0 && prng.chance(0.9);
    let entry: Entry = {
      v: 1,
      writer,
      seq: head.seq + 1,
      prevHash: head.hash,
      docId: `forged-${prng.hex(6)}`,
      actor: 'system',
      wallMs: 1,
      monotonicMs: 1,
      bootId: BOOT_ID,
      body: isFirst ? { type: 'life', kind: 'terminal', parent: self } : body(prng, words, parent),
    };
    if (prng.chance(0.15)) entry = mutateFields(prng, entry, words);
    const bytes = encodeEntry(entry);
    entries.push({ bytes });
    chains.set(entry.writer, { seq: entry.seq, hash: sha256(bytes) });
  }
  const from = parent.replica.hub.children.get(child.id)?.session?.cursor ?? 0;
  const frame: Frame = {
    kind: 'stream',
    writer: self,
    base: from,
    from,
    to: from + entries.length,
    entries: joinEntries(entries),
  };
  return prng.chance(0.1) ? mutateFields(prng, frame, words) : frame;
}

/** Something of any type, about the writers, pools and orders that there are. */
function body(prng: Prng, words: Words, parent: Member): EntryBody {
  // What makes rights is said most often.
  const sample = sampleEntry(prng, prng.pick(prng.chance(0.5) ? RIGHTS_MAKERS : ENTRY_TYPES)).body;
  const heads = new Map([...parent.replica.ledger.streams].map(([writer, { head }]) => [writer, head]));
  return locate(prng, sample, words, (writer) => heads.get(writer as WriterId)?.seq ?? 0) as EntryBody;
}

/** Puts names of the town in the place of the sample's, and small amounts in the place of most huge ones. */
function locate(prng: Prng, value: unknown, words: Words, seqOf: (writer: string) => number): unknown {
  const visit = (key: string, part: unknown, owner: string | undefined): unknown => {
    if (part instanceof Uint8Array) return part;
    if (Array.isArray(part)) {
      return part.map((item) => visit('', item, owner));
    }
    if (typeof part === 'object' && part !== null) {
      const from = prng.pick(words.writers);
      const pool = prng.pick(words.pools);
      return Object.fromEntries(
        Object.entries(part).map(([name, each]): [string, unknown] => {
          if (name === 'pool') return [name, pool];
          if (name === 'sku') return [name, pool.slice(0, pool.lastIndexOf('@'))];
          if (name === 'locationId') return [name, pool.slice(pool.lastIndexOf('@') + 1)];
          if (WRITERS.has(name) && each !== null) return [name, from];
          if (name === 'orderId') return [name, prng.pick(['b1', 'h1', 'nobody-1'])];
          if (name === 'seq') return [name, Math.max(1, seqOf(owner ?? from) + prng.pick([-1, 0, 0, 1, 50]))];
          return [name, visit(name, each, typeof part === 'object' ? from : owner)];
        }),
      );
    }
    return typeof part === 'number' && AMOUNTS.has(key) && prng.chance(0.7) ? 1 + prng.below(9) : part;
  };
  return visit('', value, undefined);
}

const RIGHTS_MAKERS = ['took', 'took', 'sent', 'cancelled', 'reclaimed', 'received', 'counted'] as const;
const WRITERS: ReadonlySet<string> = new Set(['from', 'to', 'writer', 'parent']);
const AMOUNTS: ReadonlySet<string> = new Set(['n', 'quantityBase', 'found', 'more', 'less', 'ttlMs']);
