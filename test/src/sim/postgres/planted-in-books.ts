/**
 * Planted in the books: mistakes that somebody could make between the core and the tables, as
 * patches to the source or to the SQL, so that what ships has no switch for them. Laying the
 * tables beside the model must find every one. Those with a seed are looked for in the tests.
 */
import type { PlantedBug } from '../planted.ts';

const TURN = 'server/src/authority/migrations/0003_commit_turn.sql';

export const PLANTED_IN_BOOKS: readonly PlantedBug[] = [
  {
    name: 'a projection that forgets an update',
    file: TURN,
    find: 'cancelled = excluded.cancelled, shipped = excluded.shipped, returned',
    replace: 'cancelled = excluded.cancelled, returned',
    seed: 14,
  },
  {
    name: 'a duplicate counted at both',
    file: 'server/src/authority/projection.ts',
    find: 'factsOf({ ...entry, writer }, isDuplicate, isOfCopy)',
    replace: 'factsOf({ ...entry, writer }, false, isOfCopy)',
    seed: 5,
  },
  {
    name: 'a duplicate that replaces the first',
    file: TURN,
    find: `      p_placed_ms, p_hold_id, p_payments, p_note, p_override)
      o(id, writer, seq, channel, client, customer, priority, placed_ms, hold_id,
        payments, note, override_reason);`,
    replace: `      p_placed_ms, p_hold_id, p_payments, p_note, p_override)
      o(id, writer, seq, channel, client, customer, priority, placed_ms, hold_id,
        payments, note, override_reason);
  update tallystick.orders o set writer = d.writer, seq = d.seq
    from jsonb_to_recordset(p_duplicates) d(kind text, id text, writer text, seq bigint)
    where d.kind = 'order' and d.id = o.order_id;`,
  },
  {
    name: 'a copy that is taken back told as the order',
    file: 'server/src/authority/facts.ts',
    find: "isOfCopy ? 'order.duplicate-cancelled' : 'order.cancelled'",
    replace: "isOfCopy ? 'order.cancelled' : 'order.cancelled'",
  },
  {
    name: 'a turn that comes too late is written again',
    file: TURN,
    find: 'where position = p_position and turn = p_turn;',
    replace: 'where true;',
    seed: 1,
  },
  {
    name: 'a hold that ended stays open',
    file: TURN,
    find: 'where n.hold is null and h.hold_id = n.hold_id;',
    replace: 'where n.hold is null and h.hold_id is null;',
    seed: 1,
  },
  {
    name: 'settled as it was before the turn',
    file: TURN,
    find: `settled_seq = excluded.settled_seq, settled_hash = excluded.settled_hash,`,
    replace: `settled_seq = writers.seq, settled_hash = writers.hash,`,
    seed: 1,
  },
  {
    name: 'what was moved before its order came stays without it',
    file: TURN,
    find: 'where p.quantity is null and p.order_id = l.order_id',
    replace: 'where p.quantity = 0 and p.order_id = l.order_id',
    seed: 28,
  },
  {
    name: 'an excuse that is forgotten',
    file: TURN,
    find: 'excused = line_progress.excused or excluded.excused;',
    replace: 'excused = excluded.excused;',
    seed: 42,
  },
  {
    name: 'facts out of order',
    file: 'server/src/authority/projection.ts',
    find: '...factColumns(facts)]',
    replace: '...factColumns(facts.slice().reverse())]',
  },
  {
    name: 'an entry cut off where a run is read from its middle',
    file: 'server/src/authority/prefetch.ts',
    find: '.filter((bytes) => decodeHead(bytes).seq > afterSeq)',
    replace: '.filter((bytes) => decodeHead(bytes).seq > afterSeq + 1)',
  },
  {
    name: 'a document that is not found',
    file: 'server/src/authority/prefetch.ts',
    find: `const orders = isOf('order');`,
    replace: `const orders = isOf('order').slice(1);`,
  },
  {
    name: 'a moved writer whose new way is not kept',
    file: TURN,
    find: 'via = excluded.via, fence_seq = excluded.fence_seq,',
    replace: 'fence_seq = excluded.fence_seq,',
    seed: 2,
  },
  {
    name: 'another timeline that nobody looks at',
    file: 'server/src/authority/put-back.ts',
    find: 'if (why !== undefined) return { ...found, why };',
    replace: '',
    seed: 165,
  },
  {
    name: 'a witness that nobody asks',
    file: 'server/src/authority/put-back.ts',
    find: "=== 'ok') return undefined;",
    replace: '!== undefined) return undefined;',
    seed: 237,
  },
  {
    name: 'a restart that forgets what was taken',
    file: 'server/src/authority/stored-heads.ts',
    find: 'took: cells?.took.map(cellOf) ?? NO_CELLS,',
    replace: 'took: NO_CELLS,',
    seed: 1,
  },
  {
    name: 'who follows misses a head',
    file: 'server/src/authority/catch-up.ts',
    find: 'where turn > $1 and ($2 or',
    replace: 'where turn > $1 + 1 and ($2 or',
  },
  {
    name: 'who lost an answer goes on from where it was',
    file: 'server/src/authority/journal.ts',
    find: 'if (found.caughtUp.isComplete) this.#turn = found.turn;',
    replace: '',
  },
  {
    name: 'a fenced writer held to the rules of the honest',
    file: 'server/src/authority/turn-parameters.ts',
    find: 'rows.map(({ stream }) => stream.head.fence !== null),',
    replace: 'rows.map(() => false),',
  },
];
