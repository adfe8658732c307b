/**
 * What must hold at the end, as pure functions over two sides that share nothing: the
 * client's ledger, and rows that plain SQL read from the books and from each journal.
 *
 * *set-full*: every acked sale is in the books exactly once, and nothing that was refused or
 * never asked. *bank*: the sums of every pool agree and nothing is below zero. *convergence*:
 * each replica's own rows are the books' rows of that writer. *lives*: nobody was shut out or
 * set back but the tills whose image was put back.
 */
import { type PoolBook, poolOf, type Sale } from './ledger.ts';

export interface BookedLine {
  readonly saleId: string;
  readonly lineId: string;
  readonly sku: string;
  readonly location: string;
  readonly quantity: number;
  readonly cancelled: number;
  readonly returned: number;
}

/** All writers' rows of one pool, added up. */
export interface BookedPool {
  readonly pool: string;
  readonly received: number;
  readonly reinstated: number;
  readonly used: number;
  readonly opened: number;
  readonly closed: number;
  readonly owed: number;
  readonly repaid: number;
  readonly sent: number;
  readonly took: number;
}

export interface OwnRow {
  readonly pool: string;
  /** All its columns, as one text. */
  readonly columns: string;
}

/** One writer as its own journal has it, or as the books have it. */
export interface WriterCopy {
  readonly writer: string;
  readonly seq: number;
  readonly hash: string;
  readonly rows: readonly OwnRow[];
}

export interface Found {
  readonly count: number;
  /** The first findings in words; the count tells how many there are. */
  readonly stories: readonly string[];
}

const STORIES_MAX = 10;

class Findings {
  count = 0;
  readonly stories: string[] = [];

  add(story: string): void {
    this.count += 1;
    if (this.stories.length < STORIES_MAX) this.stories.push(story);
  }
}

export interface SetFull {
  /** Acked lines that the books lack, or have otherwise. */
  readonly lost: Found;
  /** Lines that are there twice, or that were refused or never asked. */
  readonly doubled: Found;
}

export function checkSetFull(
  sales: ReadonlyMap<string, Sale>,
  booked: Iterable<BookedLine>,
  duplicateOrders: readonly string[],
): SetFull {
  const lost = new Findings();
  const doubled = new Findings();
  const seen = new Map<string, number>();
  for (const row of booked) {
    const key = `${row.saleId} line ${row.lineId}`;
    const said = `${key}: ${row.quantity} of ${poolOf(row)}`;
    const times = (seen.get(key) ?? 0) + 1;
    seen.set(key, times);
    const sale = sales.get(row.saleId);
    const line = sale?.lines.find(({ lineId }) => lineId === row.lineId);
    if (sale === undefined || line === undefined) doubled.add(`${said} is in the books, but was never asked`);
    else if (sale.outcome === 'refused')
      doubled.add(`${said} is in the books, but ${sale.seller} refused it`);
    else if (times > 1) doubled.add(`${said} is in the books again`);
    else if (poolOf(line) !== poolOf(row) || line.quantity !== row.quantity) {
      lost.add(`${said} is in the books, but ${line.quantity} of ${poolOf(line)} were sold`);
    } else {
      compareProgress(said, sale, line === sale.lines[0] ? line.quantity : 0, row, lost);
    }
  }
  for (const id of duplicateOrders) doubled.add(`${id} was sold by two entries`);
  for (const sale of sales.values()) {
    if (sale.outcome !== 'acked') continue;
    for (const line of sale.lines) {
      if (seen.has(`${sale.id} line ${line.lineId}`)) continue;
      lost.add(
        `${sale.id} line ${line.lineId}: ${line.quantity} of ${poolOf(line)}, acked by ${sale.seller}, is not in the books`,
      );
    }
  }
  return { lost, doubled };
}

/** What happened to a line since: cancelled and brought back, each as it was answered. */
function compareProgress(said: string, sale: Sale, first: number, row: BookedLine, lost: Findings): void {
  const want = (what: string, outcome: string, units: number, booked: number) => {
    if (outcome === 'unknown') return;
    const wanted = outcome === 'acked' ? units : 0;
    if (booked !== wanted) lost.add(`${said}: ${wanted} were ${what}, the books say ${booked}`);
  };
  want('cancelled', sale.cancel, row.quantity, row.cancelled);
  want('brought back', sale.comeBack, first, row.returned);
}

export function checkBank(
  client: ReadonlyMap<string, PoolBook>,
  books: Iterable<BookedPool>,
): { bank: Found; oversold: number } {
  const wrong = new Findings();
  let oversold = 0;
  const seen = new Set<string>();
  for (const row of books) {
    const { pool } = row;
    seen.add(pool);
    const own = client.get(pool);
    const within = (what: string, booked: number, sure = 0, maybe = 0) => {
      if (booked >= sure && booked <= sure + maybe) return;
      const wanted = maybe === 0 ? `${sure}` : `${sure} to ${sure + maybe}`;
      wrong.add(`${pool}: ${what} is ${booked} in the books, and ${wanted} by the client's ledger`);
    };
    const came = (own?.shelved ?? 0) + (own?.returned ?? 0);
    within('received', row.received, came, (own?.shelvedMaybe ?? 0) + (own?.returnedMaybe ?? 0));
    within('used', row.used, own?.sold, own?.soldMaybe);
    within('reinstated', row.reinstated, own?.cancelled, own?.cancelledMaybe);
    if (row.opened !== row.closed) wrong.add(`${pool}: ${row.opened - row.closed} units are still on hold`);
    if (row.owed !== row.repaid) wrong.add(`${pool}: ${row.owed - row.repaid} units are owed`);
    if (row.took > row.sent) wrong.add(`${pool}: ${row.took} units were taken of ${row.sent} that were sent`);
    const left = row.received + row.reinstated - row.used;
    if (left < 0) {
      oversold += -left;
      wrong.add(`${pool}: ${-left} units more were used than ever came`);
    }
  }
  for (const [pool, own] of client) {
    if (!seen.has(pool) && own.shelved + own.sold > 0) wrong.add(`${pool} is not in the books`);
    const beyond = own.sold - own.cancelled - own.cancelledMaybe - own.shelved - own.shelvedMaybe;
    const units = beyond - own.returned - own.returnedMaybe;
    if (units <= 0) continue;
    oversold += units;
    wrong.add(`${pool}: ${units} units more were handed over than were ever put on the shelf`);
  }
  return { bank: wrong, oversold };
}

/**
 * `live` is what the replica goes on as: books and journal say the same of it. A former life
 * that was put back from an image may end earlier in the journal, and never later.
 */
export function checkConvergence(
  own: Iterable<WriterCopy & { readonly isLive: boolean }>,
  books: ReadonlyMap<string, WriterCopy>,
): Found {
  const apart = new Findings();
  for (const copy of own) {
    const { writer, seq, hash, isLive } = copy;
    const booked = books.get(writer);
    const bookedSeq = booked?.seq ?? 0;
    if (isLive ? seq !== bookedSeq : seq > bookedSeq) {
      apart.add(`${writer}: its journal ends at ${seq}, the books at ${booked?.seq ?? 'nothing'}`);
      continue;
    }
    if (booked === undefined || seq !== bookedSeq) continue;
    if (hash !== booked.hash) apart.add(`${writer}: two histories that end at ${seq}`);
    const rows = new Map(booked.rows.map((row) => [row.pool, row.columns]));
    for (const { pool, columns } of copy.rows) {
      const other = rows.get(pool);
      rows.delete(pool);
      if (other !== columns)
        apart.add(`${writer}: ${pool} is ${columns}, in the books ${other ?? 'nothing'}`);
    }
    for (const pool of rows.keys()) apart.add(`${writer}: only the books have ${pool}`);
  }
  return apart;
}

/** One writer of the books; `fence` says why it was shut out. */
export interface Life {
  readonly writer: string;
  readonly fence: string | null;
}

/** `restored` says how often each replica was set back. A life that ends for nothing strands what it held. */
export function checkLives(lives: Iterable<Life>, restored: ReadonlyMap<string, number>): Found {
  const wrong = new Findings();
  const byReplica = new Map<string, Life[]>();
  for (const life of lives) {
    const replica = life.writer.split('.')[0] as string;
    byReplica.set(replica, [...(byReplica.get(replica) ?? []), life]);
  }
  for (const [replica, its] of byReplica) {
    const wanted = 1 + (restored.get(replica) ?? 0);
    if (its.length !== wanted)
      wrong.add(`${replica} has ${its.length} lives in the books, and should have ${wanted}`);
    const live = its.reduce((a, b) => (lifeOf(a.writer) > lifeOf(b.writer) ? a : b));
    if (live.fence !== null) wrong.add(`${live.writer} was shut out: ${live.fence}`);
  }
  return wrong;
}

/** A writer is `replica.incarnation.nonce`. */
export function lifeOf(writer: string): number {
  return Number(writer.split('.')[1]);
}
