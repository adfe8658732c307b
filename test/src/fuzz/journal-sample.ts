/**
 * A journal to be damaged: a shop's whole data folder, written by the shipping agent, and
 * what it says, so that a reader of the damaged one can be held to it.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JournalView, LineId, OrderId, ReplicaId, Stored } from '@tallystick/crdt';
import { Agent, openIdentity, readAgentConfig, SqliteJournal, writeAgentFile } from '@tallystick/store-agent';
import { textOfRow } from '../sim/books.ts';
import * as say from './commands.ts';
import { textOf } from './text-of.ts';
import { Town } from './town.ts';

export type Files = ReadonlyMap<string, Uint8Array>;

export interface JournalSample {
  /** As an orderly stop left it: everything in `journal.db`. */
  readonly stopped: Files;
  /** As a power cut would leave it: the last sales only in the log beside it. */
  readonly running: Files;
  /** The file alone some sales earlier: what a lost write leaves of a page. */
  readonly earlier: Uint8Array;
  /** What an undamaged reader finds at the end, part by part. */
  readonly truth: ReadonlyMap<string, string>;
  readonly writer: string;
}

const DOCUMENTS = ['d-berlin', 'b1', 'b2', 'h-1', 'h-2', 'c-1', 's-2', 'r-1', 'last-3', 'nobody'];
const KINDS = ['order', 'hold', 'hold-end', 'receipt', 'cancellation', 'shipment', 'return'] as const;

/** Everything that decides about rights, as the journal tells it. */
export function tell(stored: Stored, view: JournalView): Map<string, string> {
  const told = new Map<string, string>();
  told.set('self', `${stored.self} ${stored.awaitsFormerLives}`);
  told.set('position', String(stored.position));
  for (const { writer, head } of stored.streams) {
    const { seq, hash, parent, via, fence, kind } = head;
    told.set(`head of ${writer}`, textOf({ seq, hash, parent, via, fence, kind }));
  }
  for (const stream of stored.streams) {
    for (const [pool] of stream.rows())
      told.set(`row of ${stream.writer} ${pool}`, textOfRow(stream.row(pool)));
  }
  told.set('holds', textOf([...stored.holds].map(([id, hold]) => ({ id, ...hold }))));
  told.set('entries', textOf(view.readStream(0, 1_000_000)));
  told.set('documents', textOf(DOCUMENTS.flatMap((id) => KINDS.map((kind) => view.findDocument(kind, id)))));
  const orders = ['b1', 'b2', 'c-1', 's-2'] as unknown as OrderId[];
  told.set('progress', textOf(orders.map((id) => view.lineProgress(id, '1' as LineId))));
  return told;
}

/** The room that a journal sets aside for a full disk is cut short here: it is written at every open. */
const RESERVE_BYTES = 4096;

export function openJournalIn(folder: string): SqliteJournal {
  return SqliteJournal.open({ folder, reserveBytes: RESERVE_BYTES });
}

export function openAgentIn(folder: string): Agent {
  return Agent.open(readAgentConfig(folder, { logLevel: 'silent' }), openJournalIn);
}

export function writeFiles(folder: string, files: Files): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes, { mode: 0o600 });
}

function readFiles(folder: string): Map<string, Uint8Array> {
  // The reserve is nothing but room, and made again by whoever opens the folder.
  const names = readdirSync(folder).filter((name) => name !== 'journal.reserve');
  return new Map(names.map((name) => [name, readBytes(join(folder, name))]));
}

/** Without Node's Buffer around them, whose slices are no copies. */
function readBytes(path: string): Uint8Array {
  return new Uint8Array(readFileSync(path));
}

export async function journalSample(): Promise<JournalSample> {
  const root = mkdtempSync(join(tmpdir(), 'tallystick-fuzz-'));
  try {
    return await sampleIn(root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

async function sampleIn(root: string): Promise<JournalSample> {
  const folder = join(root, 'berlin');
  openShop(folder);
  const earlier = readBytes(join(folder, 'journal.db'));
  openIdentityFile(folder);
  const agent = openAgentIn(folder);
  for (const n of [1, 2, 3]) await agent.submit(say.sell(`last-${n}`, 'berlin', 1));
  const copy = join(root, 'copy');
  cpSync(folder, copy, { recursive: true });
  const running = readFiles(copy);
  await agent.stop();
  const stopped = readFiles(folder);
  // The witness of the orderly stop: it knows of the very last sale.
  running.set('witness', stopped.get('witness') as Uint8Array);
  const journal = openJournalIn(folder);
  try {
    const stored = journal.load();
    return {
      stopped,
      running,
      earlier,
      truth: tell(withLists(stored), journal.view),
      writer: `${stored.self}`,
    };
  } finally {
    journal.close();
  }
}

/** Streams and holds come as iterators that can be walked once. */
export function withLists(stored: Stored): Stored {
  return { ...stored, streams: [...stored.streams], holds: [...stored.holds] };
}

/** A shop with a till under it, holds open and ended, an order cancelled, one shipped, one brought back. */
function openShop(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const journal = openJournalIn(folder);
  const town = new Town(journal);
  const { berlin, till } = town;
  berlin.do(say.receive('d-berlin', 'berlin', 60));
  town.calm();
  till.do(say.sell('t1', 'berlin', 2, { waitMs: 1_000 }));
  town.calm();
  berlin.do(say.sell('b1', 'berlin', 3));
  berlin.do(say.hold('h-1', 'berlin', 2));
  berlin.do(say.hold('h-2', 'berlin', 4));
  berlin.do(say.confirm('b2', 'h-2', 'berlin', 3));
  berlin.do(say.sell('c-1', 'berlin', 1, { departsFrom: [] }));
  berlin.do(say.cancel('x-1', 'c-1'));
  berlin.do(say.sell('s-2', 'berlin', 2, { departsFrom: [] }));
  berlin.do(say.goods('ship', 'sh-1', 's-2', 'berlin'));
  berlin.do(say.goods('return', 'r-1', 'b1', 'berlin'));
  for (let n = 0; n < 12; n += 1) berlin.do(say.receive(`more-${n}`, 'berlin', 1, `bulb-${n}`));
  town.calmFor(2_000);
  journal.close();
}

function openIdentityFile(folder: string): void {
  openIdentity(join(folder, 'identity.pem'));
  writeAgentFile(folder, {
    replica: 'berlin' as ReplicaId,
    kind: 'store',
    location: 'berlin',
    parentUrl: 'ws://127.0.0.1:9/link',
    port: 0,
  });
}
