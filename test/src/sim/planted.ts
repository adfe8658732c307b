/**
 * Planted bugs: mistakes that somebody could make, as patches to the source, so that
 * the code that ships has no switch for them. The simulator must find every one.
 */
import { PLANTED_CLONES } from './planted-clones.ts';
import { PLANTED_MACHINES } from './planted-machines.ts';

export interface PlantedBug {
  readonly name: string;
  /** From the root of the repository. */
  readonly file: string;
  /** Stands there exactly once; a patch that no longer fits is an error. */
  readonly find: string;
  readonly replace: string;
  /**
   * Where the tests begin to look, so that they need not run all the seeds before it. A bug
   * without it takes more seeds than the tests have time for: it is left to `--planted`.
   */
  readonly seed?: number;
}

export const PLANTED: readonly PlantedBug[] = [
  {
    name: 'send before fsync',
    file: 'test/src/sim/turn.ts',
    find: `      this.#later(prng.spanMs(0, 0.5), () => this.#letOut());
    });`,
    replace: `    });
    this.#letOut();`,
    seed: 1,
  },
  {
    name: 'synchronous=NORMAL',
    file: 'test/src/sim/disk.ts',
    find: '    const synced = this.#log.slice(this.#syncedCount);',
    // The log reaches the platter only when it is folded into the database file.
    replace: `    if (this.unsyncedCount < 20) return [];
    const synced = this.#log.slice(this.#syncedCount);`,
    seed: 1,
  },
  {
    name: 'ack before commit',
    file: 'test/src/sim/turn.ts',
    find: `    if (this.#isStruck('decided')) return;`,
    replace: `    this.#deliver(replica.keep(now));
    if (!machine.isRunning || this.#isStruck('decided')) return;`,
    seed: 1,
  },
  {
    name: 'answers of a turn that failed',
    file: 'crdt/src/replica/replica.ts',
    find: '    this.#desk.takeAnswers();',
    replace: '',
    seed: 2,
  },
  {
    name: 'a failed commit leaves its rows in memory',
    file: 'crdt/src/replica/stream.ts',
    find: '      slot.row = slot.before as Row;',
    replace: '',
    seed: 3,
  },
  {
    name: 'a failed commit forgets who waited',
    file: 'crdt/src/replica/replica.ts',
    find: '    this.#waiting.putBack();',
    replace: '    this.#waiting.keep();',
    seed: 7,
  },
  {
    name: 'a fork joined column by column',
    file: 'crdt/src/hub/take-in.ts',
    find: `    fence(context, stream, 'fork');
    const { position } = ledger;
    const branch = keepBranch(ledger, stream, written);
    if (branch !== undefined) {
      if (branch !== stream) branches.add(branch);
      if (ledger.position > position && branch.head.via !== context.child) context.places.past.heard(branch);
      // The life that follows has shut it out as well, and says so no more.
      if (entry.body.type === 'fenced') takeInFence(context, entry.writer, entry.body);
      return undefined;
    }
    // Its child may have let go of what lies between (D7), of which this replica is told from above (F1a, F3a).
    if (jump !== undefined && ledger.self.head.parent !== null) return jump;
    // F2: what joins no history that is known is kept aside, and nothing behind it waits. Somebody else may fill the gap.
    if (jump !== undefined) context.places.past.behindGap(stream, context.child, entry.seq);
    ledger.quarantine(written, 'fork');
    return undefined;`,
    // The columns of both branches add up in one row.
    replace: '',
    seed: 1,
  },
  {
    name: 'a restored replica that goes on as the same writer',
    file: 'crdt/src/replica/replica.ts',
    find: `now: Now): void {
    if (reason === undefined) return;`,
    replace: `now: Now): void {
    if (reason !== 'fenced') return;`,
    seed: 1,
  },
  {
    name: 'a restored parent that keeps its old rights',
    file: 'crdt/src/hub/hub.ts',
    find: 'if (body.to === this.#ledger.self.writer) this.#take(entry, body);',
    // What children surrender to any of its lives, the one that goes on uses.
    replace: `if (this.#ledger.streams.get(body.to)?.head.via === null) this.#take(entry, body);`,
    seed: 7,
  },
  {
    name: 'an authority put back that goes on as the same writer',
    file: 'crdt/src/replica/replica.ts',
    find: '  becomeNewWriter(reason: FenceReason, now: Now): void {',
    replace: `  becomeNewWriter(reason: FenceReason, now: Now): void {
    if (this.settings.kind === 'authority') return;`,
    seed: 15,
  },
  {
    name: 'an authority put back that takes its former account before all children answered',
    file: 'crdt/src/replica/decide-reclaim.ts',
    find: 'if (missing.length > 0) {',
    replace: 'if (missing.length < 0) {',
  },
  {
    name: 'late entries dropped',
    file: 'crdt/src/hub/take-in.ts',
    find: `  // The frame's buffer goes back to the socket; what the journal keeps is a copy.`,
    replace: '  if (stream.head.fence !== null) return undefined;',
    seed: 4,
  },
  {
    name: 'cursor moved before rows',
    file: 'crdt/src/hub/hub.ts',
    find: 'session.cursorNext = Math.max(session.cursorNext, frame.to);',
    replace: 'session.cursor = session.cursorNext = Math.max(session.cursorNext, frame.to);',
    seed: 2,
  },
  {
    name: 'a cursor that stays moved when the commit fails',
    file: 'crdt/src/hub/hub.ts',
    find: 'if (child.session !== undefined) child.session.cursorNext = child.session.cursor;',
    replace: '',
    seed: 2,
  },
  {
    name: 'a gap in the stream that nobody reports',
    file: 'crdt/src/hub/hub.ts',
    find: 'if (frame.from > session.cursorNext) session.sawGap = true;',
    replace: '',
    seed: 1,
  },
  {
    name: 'a failed commit leaves the digest as it would have been',
    file: 'crdt/src/replica/stream.ts',
    find: 'if (this.#digestBefore !== undefined) Object.assign(this.digest, this.#digestBefore);',
    replace: '',
    seed: 2,
  },
  {
    name: 'quantities that are none',
    file: 'crdt/src/tally/guards.ts',
    find: 'Number.isInteger(n) && n >= 1 && n <= QUANTITY_MAX',
    replace: 'n <= QUANTITY_MAX',
    seed: 5,
  },
  {
    name: 'goods received at a place that somebody else keeps',
    file: 'crdt/src/replica/decide-goods.ts',
    find: 'if (keeper !== self) return',
    replace: 'if (keeper === location) return',
    seed: 1,
  },
  {
    name: 'a grant seen after a gap counts as seen before it',
    file: 'crdt/src/replica/uplink.ts',
    find: 'const isBeyondGap = frame.from > seen;',
    replace: 'const isBeyondGap = false;',
  },
  {
    name: 'a grant told twice is taken twice',
    file: 'crdt/src/tally/fold.ts',
    find: `effect.writer, effect.n, effect.seq, 'greater'`,
    replace: `effect.writer, effect.n, effect.seq, 'add'`,
    seed: 1,
  },
  {
    name: 'incremental grant requests',
    file: 'crdt/src/hub/asks.ts',
    find: 'noteAsk(child.pool(pool), sent, { atLeast, untilMs }',
    replace:
      'noteAsk(child.pool(pool), sent, { atLeast: (child.pool(pool).ask?.atLeast ?? sent) + atLeast, untilMs }',
    seed: 1,
  },
  {
    name: 'a recall served beyond what is free',
    file: 'crdt/src/hub/moves.ts',
    find: 'const forParent = Math.min(parentAsks, spare);',
    replace: 'const forParent = parentAsks;',
    seed: 1,
  },
  {
    name: 'the same units for the parent and for a child',
    file: 'crdt/src/hub/moves.ts',
    find: '    spare -= forParent;',
    replace: '',
    seed: 1,
  },
  {
    name: 'a guard that reads a hint',
    file: 'crdt/src/replica/ledger.ts',
    find: 'return Math.max(0, spendable(this.self.row(pool)) - this.withheld(pool));',
    // What children were last heard to hold counts as if it were here.
    replace: `let units = 0;
    for (const stream of this.streams.values()) units += spendable(stream.row(pool));
    return units;`,
    seed: 1,
  },
  {
    name: 'the same pool twice in one command checked once',
    file: 'crdt/src/tally/guards.ts',
    find: 'sums.set(pool, (sums.get(pool) ?? 0) + n)',
    replace: 'sums.set(pool, n)',
    seed: 1,
  },
  {
    name: 'sold on while a debt is open',
    file: 'crdt/src/tally/guards.ts',
    find: 'return Math.max(0, free(row) - debt(row));',
    replace: 'return Math.max(0, free(row));',
    seed: 88,
  },
  {
    name: 'expiry trusted from the client',
    file: 'crdt/src/replica/decide-sale.ts',
    // The shop's page says that its countdown is over, and nobody looks at the owner's clock.
    find: `holdId: command.holdId, cause: 'released', closes`,
    replace: `holdId: command.holdId, cause: 'expired', closes`,
    seed: 1,
  },
  {
    name: 'a hold runs out while its payment is asked for',
    file: 'crdt/src/replica/decide-sale.ts',
    find: 'hold.capturing || holdLeftMs(hold, now) > 0) continue;',
    replace: 'holdLeftMs(hold, now) > 0) continue;',
    seed: 5,
  },
  {
    name: 'hold resolved twice',
    file: 'crdt/src/replica/holds.ts',
    find: `    case 'confirmed':
    case 'released':`,
    replace: `    case 'released':`,
    seed: 1,
  },
  {
    name: 'holds forgotten by a restart',
    file: 'crdt/src/replica/open-holds.ts',
    find: 'this.#all.size > 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY',
    replace: 'Number.POSITIVE_INFINITY',
    seed: 2,
  },
  {
    name: 'a receipt done twice through two doors',
    file: 'crdt/src/replica/open-turn.ts',
    // Each door looks into the journal; what the other door did in the same turn is not there yet.
    find: 'findDocument(kind: DocumentKind, id: string): EntryRef | undefined {',
    replace: `findDocument(kind: DocumentKind, id: string): EntryRef | undefined {
    if (id !== '') return this.#view.findDocument(kind, id);`,
    seed: 1,
  },
  {
    name: 'a document used for other goods',
    file: 'crdt/src/replica/execute.ts',
    find: `return body.type === 'received' && sameUnits(body.lines, command.lines);`,
    replace: `return body.type === 'received';`,
    seed: 1,
  },
  {
    name: 'an order cancelled twice',
    file: 'crdt/src/replica/decide-goods.ts',
    find: 'if (progress.cancelled > 0 || line.departed) continue;',
    replace: 'if (line.departed) continue;',
    seed: 1,
  },
  {
    name: 'an order marked by who does not own it',
    file: 'crdt/src/replica/decide-mark.ts',
    find: 'if (replicaOf(entry.writer) !== replicaOf(ledger.self.writer)) {',
    replace: "if (command.mark !== 'processing' && command.mark !== 'delivered') {",
    seed: 1,
  },
  {
    name: 'a mark set once more at each asking',
    file: 'crdt/src/replica/documents.ts',
    find: 'return [{ kind: body.mark, id: docId }];',
    replace: 'return [];',
    seed: 1,
  },
  {
    name: 'rights back for goods that left',
    file: 'crdt/src/replica/decide-goods.ts',
    find: 'if (progress.cancelled > 0 || line.departed) continue;',
    replace: 'if (progress.cancelled > 0) continue;',
    seed: 1,
  },
  {
    name: 'a count compared with rights instead of goods',
    file: 'crdt/src/replica/decide-goods.ts',
    find: 'const books = goodsOnHand(ledger, pool);',
    replace: 'const books = free(ledger.self.row(pool));',
    seed: 1,
  },
  {
    name: 'units on their way to a machine that moved are forgotten',
    file: 'crdt/src/hub/strays.ts',
    find: 'for (const from of senders) cells.push(...this.#untaken(from, taker, child, senders, direct));',
    replace: '',
    seed: 124,
  },
  {
    name: 'a machine that moved still counts at its old parent',
    file: 'crdt/src/hub/totals.ts',
    find: 'if (before !== undefined) this.#count(stream, -1);',
    replace: '',
    seed: 3,
  },
  {
    name: 'a shop that counts never hears the last of a till that left it',
    file: 'crdt/src/hub/places.ts',
    find: 'if (child !== stream.head.via) yield { child, stream, seq: Math.min(seq, stream.head.seq) };',
    replace: '',
  },
  {
    name: 'a machine that moved speaks by its old way alone',
    file: 'crdt/src/hub/places.ts',
    find: 'return replica === child || this.wayTo(replica) === child;',
    replace: 'return replica === child;',
  },
  ...PLANTED_MACHINES,
  ...PLANTED_CLONES,
];
