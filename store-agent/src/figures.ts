/** Figures: what an agent counts and measures, for `/metrics`. */
import type { Answer, Command, PoolId, Stream } from '@tallystick/crdt';
import type { Agent } from './agent.ts';
import type { Figure } from './metrics.ts';

/** What was done since this process started. */
export interface Worked {
  turns: number;
  entries: number;
  /** Commands that were answered with no. */
  refused: number;
  sales: Sales;
  readonly doubts: Doubt[];
}

/** Of sales alone; a repeat is no second one. */
export interface Sales {
  sold: number;
  /** Of those: decided here and at once, from rights that were held. */
  soldAtOnce: number;
  /** For want of goods. */
  refused: number;
  /** Of those: seconds later it was still said that there were enough somewhere. */
  refusedFalsely: number;
}

/** A refusal of goods that were said to be somewhere; it is looked at again once what was said then is no old news any more. */
interface Doubt {
  readonly atMs: number;
  readonly items: readonly { readonly pool: PoolId; readonly requested: number }[];
}

/** What can be sold of a pool, wherever it may be sold from, as last heard. */
type Hint = (pool: PoolId) => number | undefined;

/** Levels are told within some three seconds. */
const OLD_NEWS_MS = 5_000;
/** More than that at once are a flood, of which these are a fair sample. */
const DOUBTS_MAX = 1_000;

export function newWorked(): Worked {
  const sales = { sold: 0, soldAtOnce: 0, refused: 0, refusedFalsely: 0 };
  return { turns: 0, entries: 0, refused: 0, sales, doubts: [] };
}

export function countAnswer(worked: Worked, command: Command, answer: Answer, nowMs: number): void {
  if (!answer.ok) worked.refused += 1;
  if (command.type !== 'sell' && command.type !== 'confirm') return;
  const { sales, doubts } = worked;
  if (answer.ok) {
    if (answer.replayed) return;
    sales.sold += 1;
    if (answer.waited !== true) sales.soldAtOnce += 1;
  } else if (answer.code === 'insufficient_stock') {
    sales.refused += 1;
    if (doubts.length < DOUBTS_MAX) doubts.push({ atMs: nowMs, items: answer.items ?? [] });
  }
}

/** What was counted up to now; called whenever somebody looks. */
export function salesOf({ sales, doubts }: Worked, hint: Hint, nowMs: number): Sales {
  while (doubts[0] !== undefined && nowMs - doubts[0].atMs >= OLD_NEWS_MS) {
    const { items } = doubts.shift() as Doubt;
    if (items.every(({ pool, requested }) => (hint(pool) ?? 0) >= requested)) sales.refusedFalsely += 1;
  }
  return sales;
}

export function figuresOf(agent: Agent, worked: Worked): readonly Figure[] {
  const { ledger } = agent.engine.replica;
  const head = ledger.hasLife ? ledger.self.head : undefined;
  return [
    {
      name: 'turns_total',
      help: 'Commits since this process started.',
      kind: 'counter',
      value: worked.turns,
    },
    {
      name: 'entries_total',
      help: 'Entries journalled since this process started.',
      kind: 'counter',
      value: worked.entries,
    },
    {
      name: 'frames_sent_up_total',
      help: 'Frames sent to the parent.',
      kind: 'counter',
      value: agent.host.parent?.framesSent ?? 0,
    },
    {
      name: 'frames_sent_down_total',
      help: 'Frames sent to children.',
      kind: 'counter',
      value: agent.host.children.framesSent,
    },
    {
      name: 'journal_entries',
      help: 'Entries in the journal.',
      kind: 'gauge',
      value: ledger.durablePosition,
    },
    {
      name: 'unsettled_entries',
      help: 'Own entries that the authority has not settled yet.',
      kind: 'gauge',
      value: head === undefined ? 0 : head.seq - head.settled.seq,
    },
    {
      name: 'parent_link_up',
      help: '1 while the link to the parent is up.',
      kind: 'gauge',
      value: agent.host.parent?.state === 'up' ? 1 : 0,
    },
    {
      name: 'children_up',
      help: 'Children connected now.',
      kind: 'gauge',
      value: agent.host.children.up.length,
    },
    {
      name: 'refused_commands_total',
      help: 'Commands refused since this process started.',
      kind: 'counter',
      value: worked.refused,
    },
    {
      name: 'owed_units',
      help: 'Units that were sold here without a right to them, and are not made good yet.',
      kind: 'gauge',
      value: ledger.hasLife ? owedUnits(ledger.self) : 0,
    },
    fencedWriters(ledger.streams),
    { name: 'open_holds', help: 'Holds that are open.', kind: 'gauge', value: ledger.holds.size },
  ];
}

function owedUnits(stream: Stream): number {
  let units = 0;
  for (const [, row] of stream.rows()) units += row.owed - row.repaid;
  return units;
}

export function fencedWriters(streams: ReadonlyMap<unknown, Stream>): Figure {
  const fenced = [...streams.values()].filter(({ head }) => head.fence !== null);
  return {
    name: 'fenced_writers',
    help: 'Writers that were shut out: of replicas that were retired, restored or copied.',
    kind: 'gauge',
    value: fenced.length,
  };
}
