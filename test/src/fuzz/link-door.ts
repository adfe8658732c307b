/**
 * Door 2, the link: real replicas hear frames that were changed on the way or made up.
 *
 * Nothing may throw or go on without end. What a peer says moves rows of its own branch
 * alone; nobody who is trusted ever holds units that no keeper received; and the honest
 * sibling sells afterwards, and its sale arrives.
 */
import { free, replicaOf } from '@tallystick/crdt';
import { decodeFrame, encodeFrame, type Frame, type Hello, MalformedBytes } from '@tallystick/crdt/wire';
import { foldChains, textOfBook, textOfRow } from '../sim/books.ts';
import { Prng } from '../sim/prng.ts';
import { order, poolAt, receive, sell } from './commands.ts';
import { type Door, nameOf, type Tally } from './door.ts';
import { forgedStream, wordsOf } from './forge.ts';
import { mutate } from './mutate.ts';
import { mutateFields } from './mutate-fields.ts';
import { rightsFromNothing } from './rights.ts';
import { type Member, Town } from './town.ts';

const INPUTS_PER_SEED = 8;
const STOCK = 20;
/** Frames of the stock channel; the hosts hand no others to a replica. */
const STOCK_KINDS: ReadonlySet<string> = new Set([
  'stream',
  'asks',
  'seen',
  'ack',
  'cells',
  'recalls',
  'denied',
  'levels',
  'former',
]);

export const linkDoor: Door = {
  name: 'link',
  run(seed, tally) {
    const prng = new Prng(seed, 'link');
    const find = (what: string) => tally.find(seed, what);
    const town = openTown();
    const attack = prng.weighted({ child: 5, grandchild: 2, parent: 3, 'grandchild’s parent': 1, hello: 2 });
    const [liar, victim] = sides(town, attack);
    for (let i = 0; i < INPUTS_PER_SEED; i += 1) {
      try {
        if (attack === 'hello') hearHello(prng, town, liar, tally, find);
        else hearOne(prng, town, liar, victim, tally, find);
        if (prng.chance(0.5) && !town.calm()) find(`${attack}: frames go on without end`);
        if (prng.chance(0.3) && !liar.isLinked && liar.parent !== undefined) liar.link();
      } catch (error) {
        return find(`${attack}: ${nameOf(error)}`);
      }
    }
    try {
      checkAfterwards(town, find);
    } catch (error) {
      find(`afterwards: ${nameOf(error)}`);
    }
  },
};

/** Stock at both shops, sales at both and at the till, so that every kind of frame was said once. */
function openTown(): Town {
  const town = new Town();
  town.berlin.do(receive('d-berlin', 'berlin', STOCK));
  town.hamburg.do(receive('d-hamburg', 'hamburg', STOCK));
  town.calm();
  town.till.do(sell('t1', 'berlin', 2, { waitMs: 1_000 }));
  town.berlin.do(sell('b0', 'hamburg', 1, { waitMs: 1_000 }));
  town.calm();
  town.berlin.do(sell('b1', 'berlin', 3));
  town.hamburg.do({ type: 'sell', ...order('h1', 'hamburg', 2), departsFrom: [] });
  town.calmFor(3_000);
  return town;
}

function sides(town: Town, attack: string): [liar: Member, victim: Member] {
  switch (attack) {
    case 'grandchild':
      return [town.till, town.berlin];
    case 'parent':
      return [town.hq, town.berlin];
    case 'grandchild’s parent':
      return [town.berlin, town.till];
    default:
      return [town.berlin, town.hq];
  }
}

/** Bytes for `victim` that once were, or pretend to be, a frame of `liar`. */
function bytesFor(prng: Prng, town: Town, liar: Member, victim: Member): Uint8Array {
  const said = town.seen.filter(({ from, to }) => from === liar && to === victim);
  const one = prng.pick(said).bytes;
  const frame = decodeFrame(one);
  const canForge = liar.parent === victim;
  const way = prng.weighted({ bytes: 3, fields: 4, forged: canForge ? 6 : 0, anyone: 1 });
  if (way === 'forged') return encodeFrame(forgedStream(prng, town, liar));
  if (way === 'fields') return encodeFrame(mutateFields(prng, frame, wordsOf(town)));
  if (way === 'anyone') return prng.pick(town.seen).bytes;
  return mutate(prng, one, prng.pick(said).bytes);
}

function hearOne(
  prng: Prng,
  town: Town,
  liar: Member,
  victim: Member,
  tally: Tally,
  find: (what: string) => void,
): void {
  let frame: Frame;
  try {
    frame = decodeFrame(bytesFor(prng, town, liar, victim));
  } catch (error) {
    if (!(error instanceof MalformedBytes)) throw error;
    return tally.refuse();
  }
  const isWelcome = frame.kind === 'welcome' && liar === victim.parent;
  if (!STOCK_KINDS.has(frame.kind) && !isWelcome) return tally.refuse();
  const before = stateOf(victim, liar);
  const { writer } = victim.replica.ledger.self;
  const { hangUps } = victim.hear(liar, frame);
  if (hangUps.length > 0 || !victim.wrote) tally.refuse();
  else tally.accept();
  compare(before, victim, liar, find);
  if (victim.replica.ledger.self.writer !== writer && liar.parent === victim) {
    find('a parent ends its own life on the bare word of a child');
  }
}

/** The edge has proved the replica, so a liar can say anything but another's name. */
function hearHello(prng: Prng, town: Town, liar: Member, tally: Tally, find: (what: string) => void): void {
  const parent = liar.parent as Member;
  const hello = readable(mutateFields(prng, liar.hello(), wordsOf(town)) as Hello);
  if (hello === undefined || replicaOf(hello.writer) !== liar.id) return tally.refuse();
  const before = stateOf(parent, liar);
  const { writer } = parent.replica.ledger.self;
  if (liar.link(hello)) tally.accept();
  else tally.refuse();
  compare(before, parent, liar, find);
  if (parent.replica.ledger.self.writer !== writer) {
    find('a parent ends its own life on the bare word of a child');
  }
}

/** As its bytes say it; undefined where they say what no frame may. */
function readable(hello: Hello): Hello | undefined {
  try {
    return decodeFrame(encodeFrame(hello)) as Hello;
  } catch (error) {
    if (error instanceof MalformedBytes) return undefined;
    throw error;
  }
}

/** What `victim` believes of everybody but the liar's branch and itself; of itself, what no peer may move. */
function stateOf(victim: Member, liar: Member): ReadonlyMap<string, string> {
  const state = new Map<string, string>();
  const { ledger } = victim.replica;
  const below = liar.parent === victim ? liar.id : undefined;
  for (const stream of ledger.streams.values()) {
    const { via, fence } = stream.head;
    if (below !== undefined && (via === below || replicaOf(stream.writer) === below)) continue;
    // What a parent tells of a child's former lives is about the child.
    if (via === null && stream !== ledger.self) continue;
    if (stream !== ledger.self) state.set(`${stream.writer} fenced`, `${fence?.reason}`);
    for (const pool of [poolAt('berlin'), poolAt('hamburg'), poolAt('nowhere'), poolAt('hamburg', 'bulb')]) {
      const row = stream.row(pool);
      const { received, reinstated, departed, opened, closed, owed } = row;
      const own = [received, reinstated, departed, opened, closed, owed].join(' ');
      state.set(`${stream.writer} ${pool}`, stream === ledger.self ? own : textOfRow(row));
    }
  }
  return state;
}

function compare(
  before: ReadonlyMap<string, string>,
  victim: Member,
  liar: Member,
  find: (what: string) => void,
): void {
  const after = stateOf(victim, liar);
  for (const [key, value] of before) {
    const now = after.get(key);
    if (now !== undefined && now !== value) {
      find(`a word of ${liar.id} to ${victim.id} moved ${key.replace(/\.\d+\.[0-9a-f]+/, '')}`);
    }
  }
}

function checkAfterwards(town: Town, find: (what: string) => void): void {
  const { hq, hamburg, hqDisk } = town;
  const life = hq.replica.ledger.self.writer;
  if (!hamburg.isLinked && life.startsWith('hq.1.')) find('the honest sibling was cut off');
  if (!town.calmFor(4_000)) find('frames go on without end');
  const sold = sellHonestly(town);
  if (sold?.ok !== true) return find('the honest sibling cannot sell');
  if (!town.calmFor(8_000)) find('frames go on without end');
  const hash = hqDisk.hashAt(sold.entry.writer, sold.entry.seq);
  const own = hamburg.replica.ledger.hashOf(hamburg.replica.ledger.self, sold.entry.seq);
  if (hash === undefined || own === undefined || Buffer.compare(hash, own) !== 0) {
    find('the sale of the honest sibling never arrives');
  }
  for (const kind of town.unreadable) find(`a replica of ours writes a ${kind} frame that none can read`);
  for (const what of rightsFromNothing(town)) find(what);
  checkRows(town, find);
}

/** A liar may ask for all there is, and is given it like anybody else; nobody asks for longer than a minute. */
function sellHonestly(town: Town) {
  for (const id of ['honest-1', 'honest-2']) {
    town.hamburg.do(receive(`d-${id}`, 'hamburg', 1));
    const answer = town.hamburg.do(sell(id, 'hamburg', 1));
    if (answer?.ok === true) return answer;
    town.calmFor(65_000, 5_000);
  }
  return undefined;
}

/** T6 at the root, and its rows against its own entries by other books. */
function checkRows({ hq, hqDisk }: Town, find: (what: string) => void): void {
  const books = foldChains(hqDisk.entries);
  for (const stream of hq.replica.ledger.streams.values()) {
    const isHonest = ['hq', 'hamburg'].includes(replicaOf(stream.writer));
    for (const [pool, row] of books.get(stream.writer)?.rows ?? []) {
      if (isHonest && textOfRow(stream.row(pool)) !== textOfBook(row)) {
        find('an honest row at the root is not what its entries say');
      }
      const isTrusted = stream.head.fence === null;
      if (isTrusted && free(stream.row(pool)) < 0) find('a trusted writer has fewer than no free units');
    }
  }
}
