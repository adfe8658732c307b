/**
 * Rest: how things stand at both ends of a link once everybody was given time (L1, L2).
 *
 * Every world is brought to rest when its test ends, whatever the test lost, doubled or turned round, and is
 * held against this: what one end forgot, never heard or goes on asking for shows itself here.
 */
import type { WriterId } from '../ids.ts';
import { sameBytes } from '../tally/join.ts';
import { amountOf, debt } from '../tally/row.ts';
import { ABOVE } from './stream.ts';
import type { Node, World } from './world.test-kit.ts';

/** Longer than any patience and most holds. */
const REST_MS = 1_200_000;
/** Who owes asks every ten seconds as long as nobody can cover it (F7), and so never rests; a hold ends before. */
const REST_IN_DEBT_MS = 120_000;
const WAKES_MAX = 3_000;

const NEVER = Number.POSITIVE_INFINITY;

/** @throws what is not as it should be. */
export function checkRest(world: World): void {
  if (!world.comesToRest) return;
  world.failsEachCommitOnce = false;
  let wrong = comeToRest(world);
  if (wrong.length === 0) wrong = restartAll(world);
  if (wrong.length > 0) throw new Error(`It came to rest, and not well:\n${wrong.join('\n')}`);
}

/**
 * Lets time pass from one thing that is due to the next.
 *
 * @returns what is not as it should be then; nothing where all is well.
 */
function comeToRest(world: World): string[] {
  const running = [...world.nodes.values()].filter((node) => node.isRunning);
  const wakeAt = (node: Node) => node.replica.wakeAtMs(world.now) ?? NEVER;
  world.calm();
  const endMs = world.now.monotonicMs + (owes(world) ? REST_IN_DEBT_MS : REST_MS);
  for (let wakes = 0; wakes < WAKES_MAX; wakes += 1) {
    const at = Math.min(...running.map(wakeAt));
    if (at > endMs) break;
    world.pass(Math.max(0, at - world.now.monotonicMs));
    for (const node of running) if (wakeAt(node) <= world.now.monotonicMs) node.turn();
    world.calm();
  }
  const linked = running.filter(isLinkedToRoot);
  const ends = linked.flatMap((child) =>
    child.parent === undefined ? [] : differentEnds(child.parent, child),
  );
  const mayWait = linked.length < running.length || owes(world) || isAwaited(running);
  const awake = mayWait
    ? []
    : linked.filter((node) => wakeAt(node) < NEVER).map(({ id }) => `${id} is awake`);
  const waiting = running.flatMap(({ id, waiting }) =>
    [...waiting].map((ticket) => `${id} waits with ${ticket}`),
  );
  return [...ends, ...awake, ...waiting];
}

/** Everybody starts again from its disk, which is no reason for anybody to write anything. */
function restartAll(world: World): string[] {
  const nodes = [...world.nodes.values()];
  if (!nodes.every(isLinkedToRoot)) return [];
  const before = nodes.map(({ journal }) => journal.entries.length);
  for (const node of nodes) if (node.parent !== undefined) node.cut();
  for (const node of nodes) node.restart();
  for (const node of nodes) if (node.parent !== undefined) node.link();
  const wrong = comeToRest(world);
  for (const [i, { id, self, journal }] of nodes.entries())
    for (const { entry } of journal.entries.slice(before[i]))
      if (entry.writer === self) wrong.push(`After a restart of all, ${id} wrote ${entry.body.type}.`);
  return wrong;
}

function isLinkedToRoot(child: Node): boolean {
  const { parent } = child;
  if (!child.isRunning || parent === undefined) return child.isRunning;
  const session = parent.replica.hub.children.get(child.id)?.session;
  if (session?.writer !== child.self || child.replica.uplink.parent !== parent.self) return false;
  return isLinkedToRoot(parent);
}

/** F7: somebody owes, and nobody could cover it. */
function owes(world: World): boolean {
  return [...world.nodes.values()].some(({ replica }) =>
    [...replica.ledger.streams.values()].some((stream) =>
      [...stream.rows()].some(([, row]) => debt(row) > 0),
    ),
  );
}

/** F3a: a child that was given to somebody, and has not come. */
function isAwaited(running: readonly Node[]): boolean {
  return running.some(({ replica, parent }) =>
    [...replica.ledger.streams.values()].some(
      ({ writer, head }) =>
        head.via !== null &&
        head.via !== ABOVE &&
        parent !== undefined &&
        !comesBy(parent, writer, replica.settings.replica),
    ),
  );
}

function comesBy(parent: Node, writer: WriterId, child: Node['id']): boolean {
  const via = parent.replica.ledger.streams.get(writer)?.head.via;
  return via === child || via === ABOVE;
}

function differentEnds(parent: Node, child: Node): string[] {
  const wrong: string[] = [];
  const same = (what: string, above: unknown, below: unknown) => {
    if (above !== below) wrong.push(`${what} at ${parent.id} and ${child.id}: ${above} / ${below}`);
  };
  const { uplink, ledger } = child.replica;
  const { hub, ledger: books } = parent.replica;
  const session = hub.child(child.id).session;
  const position = ledger.durablePosition;
  same('taken in', session?.cursor ?? position, position);
  same('acked', uplink.ackedTo, position);
  same('untold', untold(session), '');
  for (const { writer, head } of ledger.streams.values()) {
    if (head.via === ABOVE || !comesBy(parent, writer, child.id)) continue;
    // F2: what is the chain to one of them may be a branch to the other.
    const above = [...books.streams.values()].find((each) => sameBytes(each.head.hash, head.hash));
    same(writer, above?.head.seq, head.seq);
    same(`${writer}, relayed`, above?.head.seq, head.relayed.seq);
    same(`${writer}, settled`, above?.head.settled.seq, head.settled.seq);
    same(`${writer}, live`, above?.head.fence === null, head.fence === null);
  }
  for (const [pool, { onHand, available }] of session?.wantsLevels ? (hub.totals.levels ?? []) : []) {
    const told = child.levels.get(pool);
    same(`on hand of ${pool}`, onHand, told?.onHand);
    same(`available of ${pool}`, available, told?.available);
  }
  for (const [pool, row] of books.self.rows())
    same(
      `granted of ${pool}`,
      amountOf(row.sent, child.self),
      amountOf(ledger.self.row(pool).took, parent.self),
    );
  for (const [pool, row] of ledger.self.rows())
    same(
      `surrendered of ${pool}`,
      amountOf(books.self.row(pool).took, child.self),
      amountOf(row.sent, parent.self),
    );
  return wrong;
}

/** Names of what the parent still has to say, for which nothing would wake it. */
function untold(session: ReturnType<Node['replica']['hub']['child']>['session']): string {
  const names = ['has', 'settled', 'cells', 'recalls', 'denied', 'levels'] as const;
  return names.filter((name) => (session?.[name].size ?? 0) > 0).join();
}
