/** A child's side of its link, without a parent. */
import type { EntryBody } from '../entry/entry.ts';
import type { PoolId, ReplicaId, WriterId } from '../ids.ts';
import { amountOf } from '../tally/row.ts';
import type { Ack, Asks, Cells, Frame, FrameKind, Point, StreamFrame } from '../wire/frames.ts';
import { atFirst, name } from './books.test-kit.ts';
import { hastySettings } from './hasty-settings.test-kit.ts';
import { Ledger, type Now } from './ledger.ts';
import { MemoryJournal } from './memory-journal.test-kit.ts';
import type { LinkSettings } from './settings.ts';
import { Uplink } from './uplink.ts';
import { pool, sha256 } from './world.test-kit.ts';

export const [lamp, bulb] = [pool('lamp'), pool('bulb')];
export const parent = name('berlin');
export const self = name('till');
export const RESEND_MS = 1_000;

export class Child {
  readonly journal = new MemoryJournal();
  readonly ledger = new Ledger(this.journal.load(), this.journal, sha256);
  readonly uplink: Uplink;
  now: Now = { ...atFirst, monotonicMs: 50_000 };

  constructor(link: Partial<LinkSettings> = {}) {
    const settings = hastySettings('till' as ReplicaId, 'terminal');
    this.uplink = new Uplink(this.ledger, { ...settings, link: { ...settings.link, ...link } });
    this.ledger.beginLife(self, 'terminal', parent, this.now);
    this.commit();
  }

  commit(): void {
    const writes = this.ledger.endTurn();
    if (writes !== undefined) this.journal.commit(writes);
    this.ledger.keep();
  }

  say(body: EntryBody): void {
    this.ledger.append(body, '', 'system', this.now);
    this.commit();
  }

  receive(n: number, at: PoolId = lamp): void {
    this.say({ type: 'received', cause: 'delivery', lines: [{ pool: at, n }] });
  }

  /** The parent has all that is on disk, and the authority too. */
  welcome(has: readonly Point[] = [this.point()], writer: WriterId = parent, settled = has) {
    const past = this.uplink.open({ writer, has, settled }, this.now);
    this.commit();
    return past;
  }

  point(): Point {
    const { seq, hash } = this.ledger.self.head;
    return { writer: self, seq, hash };
  }

  pass(ms: number): this {
    this.now = { ...this.now, monotonicMs: this.now.monotonicMs + ms };
    return this;
  }

  /** Milliseconds until it wants to be woken. */
  get wakesIn(): number {
    return (this.uplink.wakeAtMs() ?? Number.POSITIVE_INFINITY) - this.now.monotonicMs;
  }

  frames<K extends FrameKind>(kind: K): readonly Extract<Frame, { kind: K }>[] {
    return this.uplink
      .frames(this.now)
      .filter((frame): frame is Extract<Frame, { kind: K }> => frame.kind === kind);
  }

  ack(change: Partial<Ack>) {
    const frame: Ack = {
      kind: 'ack',
      writer: self,
      parent,
      cursor: 0,
      gap: false,
      has: [],
      settled: [],
      fenced: [],
      ...change,
    };
    return this.uplink.ack(frame, this.now, () => {});
  }

  cells(from: number, to: number, ...cells: readonly (readonly [PoolId, number])[]): PoolId[] {
    const items = cells.map(([at, n]) => ({ pool: at, from: parent, to: self, n, seq: to }));
    const frame: Cells = { kind: 'cells', writer: self, parent, from, to, cells: items };
    const grown = this.uplink.cells(frame, this.now);
    this.commit();
    return grown;
  }

  get took(): number {
    return amountOf(this.ledger.self.row(lamp).took, parent);
  }
}

export const places = (frames: readonly StreamFrame[]) => frames.map(({ from, to }) => [from, to]);
export const wanted = (frames: readonly Asks[]) => frames.flatMap(({ items }) => items);
