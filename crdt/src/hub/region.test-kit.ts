/** Region: a parent alone, with what it knows of two shops and of its own parent, and all that it decides to send. */
import { type PoolId, type ReplicaId, replicaOf, type WriterId } from '../ids.ts';
import { atFirst, Books, name } from '../replica/books.test-kit.ts';
import type { Directory } from '../replica/directory.ts';
import { hastySettings } from '../replica/hasty-settings.test-kit.ts';
import type { Stream } from '../replica/stream.ts';
import type { Uplink } from '../replica/uplink.ts';
import type { Waiting } from '../replica/waiting.ts';
import { pool } from '../replica/world.test-kit.ts';
import { Child, openSession, type Session } from './child.ts';
import type { Hub } from './hub.ts';
import { Moves } from './moves.ts';

const lamp = pool('lamp');
export const NOW_MS = 50_000;
const settings = hastySettings('hq' as ReplicaId, 'region');
export const { link, policy } = settings;

/** A region below `root`, with the shops Berlin and Paris, and all that it would say to anybody. */
export class Region extends Books {
  readonly root = name('root');
  readonly children = new Map<ReplicaId, Child>();
  readonly recalls = new Map<PoolId, { keep: number }>();
  readonly waiting = new Map<PoolId, { units: number; untilMs: number }>();
  readonly claimed = new Map<PoolId, number>();
  /** Asks to the parent: pool, units, until when. */
  asked: [PoolId, number, number][] = [];
  hurried = 0;
  isOpen = true;
  isShared = true;
  nowMs = NOW_MS;
  readonly berlin = this.open(this.shop.writer);
  readonly paris = this.open(this.add(name('paris'), 'paris').writer);
  readonly moves: Moves;

  constructor(units = 0, spreadEveryMs = 0) {
    super();
    this.ledger.beginLife(name('hq', 2), 'region', this.root, atFirst);
    if (units > 0) this.receive(units);
    const hub = {
      children: this.children,
      sentTo: (to: WriterId, at: PoolId) =>
        this.ledger.self.row(at).sent.find(({ writer }) => writer === to)?.n ?? 0,
    };
    const uplink = {
      recalls: this.recalls,
      ask: (at: PoolId, want: number, untilMs: number) => this.asked.push([at, want, untilMs]),
      hurry: () => {
        this.hurried += 1;
      },
    };
    const isOpen = () => this.isOpen;
    Object.defineProperty(uplink, 'isOpen', { get: isOpen });
    const waiting = { shortOf: (at: PoolId) => this.waiting.get(at) ?? { units: 0, untilMs: 0 } };
    this.moves = new Moves(
      this.ledger,
      hub as unknown as Hub,
      uplink as unknown as Uplink,
      waiting as unknown as Waiting,
      { ...settings, policy: { ...settings.policy, spreadEveryMs } },
      (at) => this.claimed.get(at) ?? 0,
    );
  }

  get now() {
    return { ...atFirst, monotonicMs: this.nowMs };
  }

  receive(n: number, at = lamp): void {
    const body = { type: 'received', cause: 'delivery', lines: [{ pool: at, n }] } as const;
    this.ledger.append(body, '', 'system', atFirst);
  }

  open(writer: WriterId): Child {
    const child = new Child(replicaOf(writer));
    this.ledger.changeHead(this.ledger.streams.get(writer) as Stream, { parent: name('hq', 2) });
    child.session = openSession({ writer, wantsLevels: false, heads: [] }, name('hq', 2), 0);
    this.children.set(child.replica, child);
    return child;
  }

  asks(child: Child, atLeast: number, untilMs = NOW_MS + 5_000, at = lamp): void {
    child.pool(at).ask = { atLeast, untilMs, least: atLeast };
  }

  /** One look at a pool. @returns what was sent to whom. */
  look(at: PoolId = lamp): string[] {
    this.moves.poolChanged(at);
    return this.run();
  }

  run(): string[] {
    const { self } = this.ledger;
    const from = self.head.seq;
    const directory = {
      keeperOf: () => undefined,
      isShared: () => this.isShared,
    } as Partial<Directory> as Directory;
    this.moves.run(directory, this.now);
    this.moves.keep();
    const sent: string[] = [];
    for (let seq = from + 1; seq <= self.head.seq; seq += 1) {
      const body = this.ledger.entryAt(self.writer, seq)?.body;
      if (body?.type === 'sent')
        for (const item of body.items) sent.push(`${item.n} ${item.pool} to ${replicaOf(body.to)}`);
    }
    return sent;
  }
}

export const sessionOf = (child: Child) => child.session as Session;
export const knows = (child: Child, at = lamp) => child.pool(at);
