/**
 * Node: one machine at one moment, frozen. A turn makes a copy of it and runs there as in every host:
 *
 *   input → execute, frame → endTurn → commit → keep → frames, answers, hang-ups
 *
 * A node that a turn has left behind is never changed again, so any number of futures
 * may begin at it.
 */
import {
  type Command,
  defaultSettings,
  type Now,
  type Out,
  PARENT,
  Replica,
  type ReplicaSettings,
  type WriterId,
} from '@tallystick/crdt';
import { type Frame, type Hello, negotiate, type StockFrame } from '@tallystick/crdt/wire';
import { SimDisk } from '../sim/disk.ts';
import { sha256 } from '../sim/sha256.ts';
import { noteEntry } from './canon.ts';
import { copyDisk, copyReplica } from './copy.ts';
import { DIRECTORY, HQ, NODES, type NodeIndex, nonceOf } from './names.ts';

/** What the customer was told: the goods of this order are theirs, by this entry. */
export interface Handed {
  readonly units: number;
  readonly writer: WriterId;
  readonly seq: number;
}

/** What the host of a node knows beside the replica. The last three are the explorer's own notes and outlive every crash. */
export interface Host {
  readonly boots: number;
  readonly lives: number;
  readonly tickets: number;
  /** The commands it was given, by id, and how often. */
  readonly asked: ReadonlyMap<string, number>;
  readonly handed: ReadonlyMap<string, Handed>;
  /** A restore has taken entries from it that nobody else may have. */
  readonly wasRestored: boolean;
}

export interface Node {
  readonly index: NodeIndex;
  readonly host: Host;
  readonly disk: SimDisk;
  readonly replica: Replica;
}

export type Input =
  | { readonly kind: 'begin'; readonly parent: WriterId | null }
  | { readonly kind: 'command'; readonly command: Command }
  | { readonly kind: 'hear'; readonly from: NodeIndex; readonly frame: Frame }
  | { readonly kind: 'wake' }
  /** The child opens its link anew and says hello; what it had before is over. */
  | { readonly kind: 'call' }
  /** The parent notices that the link of this child is gone. */
  | { readonly kind: 'notice'; readonly child: NodeIndex };

export interface Turned {
  readonly node: Node;
  readonly isDurable: boolean;
  readonly frames: Out['frames'];
  /** Peers whose link this node ends, by its own word or by turning a hello away. */
  readonly hangUps: readonly NodeIndex[];
}

const MONDAY_MS = 1_767_607_200_000;

/** Time is one number for all: no clock is ever wrong here, and none moves inside a turn. */
function nowOf(node: Node, atMs: number): Now {
  const bootId = String(node.host.boots).padStart(32, '0');
  return { wallMs: MONDAY_MS + atMs, monotonicMs: 10_000 + atMs, bootId };
}

const SETTINGS: readonly ReplicaSettings[] = NODES.map((replica) => {
  const settings = defaultSettings(replica, replica === HQ ? 'authority' : 'store');
  // Time stands still between steps, so nothing gathers.
  return {
    ...settings,
    link: { ...settings.link, gatherMs: 0 },
    policy: { ...settings.policy, spreadEveryMs: 0 },
  };
});

/** What every copy shares. */
const FIXED = new Map<object, object>(
  [DIRECTORY, ...SETTINGS.flatMap((each) => [each, each.link, each.policy])].map((each) => [each, each]),
);

function open(
  index: NodeIndex,
  disk: SimDisk,
  stored: ReturnType<SimDisk['stored']>,
  lives: number,
): Replica {
  return new Replica(SETTINGS[index] as ReplicaSettings, stored, disk, {
    sha256,
    nonce: () => nonceOf(index, lives),
    directory: DIRECTORY,
  });
}

const NOTHING = new SimDisk().stored();

export function copyOf(node: Node, host: Partial<Host> = {}): Node {
  const disk = copyDisk(node.disk);
  const replica = open(node.index, disk, NOTHING, node.host.lives + 1);
  const shared = new Map(FIXED).set(node.disk, disk);
  copyReplica(replica, node.replica, shared);
  return { index: node.index, host: { ...node.host, ...host }, disk, replica };
}

export function firstNode(index: NodeIndex): Node {
  const disk = new SimDisk();
  const host = {
    boots: 1,
    lives: 0,
    tickets: 0,
    asked: new Map(),
    handed: new Map(),
    wasRestored: false,
  };
  return { index, host, disk, replica: open(index, disk, NOTHING, 1) };
}

/** The process dies and starts again on its disk. */
export function crash({ index, host, disk }: Node): Node {
  const kept = copyDisk(disk);
  return {
    index,
    host: { ...host, boots: host.boots + 1, tickets: 0 },
    disk: kept,
    replica: open(index, kept, index === 0 ? booksOf(kept) : kept.stored(), host.lives + 1),
  };
}

/** The authority's books call everything settled that stands in them, as its database does at every commit. */
function booksOf(disk: SimDisk): ReturnType<SimDisk['stored']> {
  const stored = disk.stored();
  const streams = [...stored.streams];
  for (const { head } of streams) head.settled = { seq: head.seq, hash: head.hash };
  return { ...stored, streams };
}

/** The machine comes up with the disk as it was after its first `commitCount` commits: a new writer goes on (F1). */
export function restore(node: Node, commitCount: number, atMs: number): Turned {
  const { index } = node;
  const disk = node.disk.imageOf(commitCount);
  const host = { ...node.host, boots: node.host.boots + 1, tickets: 0, wasRestored: true };
  const restored: Node = { index, host, disk, replica: open(index, disk, disk.stored(), host.lives + 1) };
  return finish(restored, atMs, (replica, now) => replica.becomeNewWriter('rollback', now));
}

/** One turn on a copy. Struck, the process dies when the commit is made and before anything left. */
export function turn(node: Node, input: Input, atMs: number, isStruck = false): Turned {
  const after = copyOf(node, hostAfter(node.host, input));
  const refused: NodeIndex[] = [];
  const run = (replica: Replica, now: Now) => {
    const isHeard = apply(replica, input, now, after.host.tickets);
    if (!isHeard && input.kind === 'hear') refused.push(input.from);
  };
  const turned = finish(after, atMs, run, isStruck);
  return { ...turned, hangUps: [...turned.hangUps, ...refused] };
}

function hostAfter(host: Host, input: Input): Partial<Host> {
  if (input.kind !== 'command') return {};
  const { id, type } = input.command;
  const key = `${type} ${id}`;
  return { tickets: host.tickets + 1, asked: new Map(host.asked).set(key, (host.asked.get(key) ?? 0) + 1) };
}

function apply(replica: Replica, input: Input, now: Now, ticket: number): boolean {
  switch (input.kind) {
    case 'begin':
      replica.beginLife(input.parent, now);
      return true;
    case 'command':
      replica.execute(ticket, input.command, now);
      return true;
    case 'hear':
      return hear(replica, input.from, input.frame, now);
    case 'wake':
      return true;
    case 'call':
      replica.linkDown(now);
      replica.say(PARENT, helloOf(replica));
      return true;
    case 'notice':
      replica.childDown(NODES[input.child]);
      return true;
    default:
      return input satisfies never;
  }
}

function hear(replica: Replica, from: NodeIndex, frame: Frame, now: Now): boolean {
  if (frame.kind === 'hello') {
    const agreed = negotiate(frame);
    return agreed.ok && replica.childUp(frame, agreed, now).ok;
  }
  if (frame.kind === 'welcome') replica.linkUp(frame, now);
  else replica.frame(from === 0 ? PARENT : NODES[from], frame as StockFrame, now);
  return true;
}

function helloOf(replica: Replica): Hello {
  return {
    kind: 'hello',
    protocol: { min: 1, max: 1 },
    channels: [{ name: 'stock', min: 1, max: 1 }],
    ...replica.uplink.hello(),
    replicaKind: replica.settings.kind,
    wantsLevels: false,
    catalogueVersion: 0,
    signature: new Uint8Array(0),
  };
}

function finish(
  node: Node,
  atMs: number,
  run: (replica: Replica, now: Now) => void,
  isStruck = false,
): Turned {
  const { replica, disk } = node;
  const now = nowOf(node, atMs);
  run(replica, now);
  const writes = replica.endTurn(now);
  const isDurable = writes !== undefined;
  if (writes !== undefined) {
    for (const { entries } of writes.runs) entries.forEach(noteEntry);
    disk.commit(writes);
    disk.fsync();
  }
  if (isStruck) return { node: crash(node), isDurable, frames: [], hangUps: [] };
  const out = replica.keep(now);
  const host = {
    ...node.host,
    lives: node.host.lives + (out.newLife === undefined ? 0 : 1),
    handed: handedAfter(node.host.handed, out),
  };
  const hangUps = out.hangUps.map(({ peer }) => (peer === PARENT ? 0 : indexOf(peer)));
  return { node: { ...node, host }, isDurable, frames: out.frames, hangUps };
}

function handedAfter(before: Host['handed'], out: Out): Host['handed'] {
  let handed = before;
  for (const { answer } of out.answers) {
    if (!answer.ok) continue;
    const { body, docId, writer, seq } = answer.entry;
    if (body.type !== 'sold' && body.type !== 'confirmed') continue;
    const units = body.lines.reduce((sum, line) => sum + line.quantityBase, 0);
    // The second answer to one id is the first again (T8): another entry of one life hands goods over twice.
    // A life that a restore began may know nothing of what was sold before, and sells from rights of its own.
    const known = handed.get(docId);
    const isTwice = known !== undefined && known.writer === writer && known.seq !== seq;
    const name = isTwice ? `${docId} again at ${seq}` : docId;
    handed = new Map(handed).set(name, { units, writer, seq });
  }
  return handed;
}

function indexOf(replica: string): NodeIndex {
  return (NODES as readonly string[]).indexOf(replica) as NodeIndex;
}

export function isDue(node: Node, atMs: number): boolean {
  const now = nowOf(node, atMs);
  const at = node.replica.ledger.hasLife ? node.replica.wakeAtMs(now) : undefined;
  return at !== undefined && at <= now.monotonicMs;
}

/** Milliseconds until it has something to do by itself; undefined while it has not. */
export function dueInMs(node: Node, atMs: number): number | undefined {
  const now = nowOf(node, atMs);
  const at = node.replica.wakeAtMs(now);
  return at === undefined ? undefined : at - now.monotonicMs;
}
