/** The journal of the authority: what one process writes, what several do to each other, and what a crash leaves. */
import { createHash } from 'node:crypto';
import { absorb, noteLostLife, type OrderId, replicaOf, writerId } from '@tallystick/crdt';
import { joinEntries } from '@tallystick/crdt/wire';
import { describe, expect, test } from 'vitest';
import { booksWithShop, DEPOT_LAMP, LAMP, NOW, saleOf, TestAuthority, TestShop } from './journal.test-kit.ts';
import { joinQuestions, questionsOfFrame } from './questions.ts';

describe('one process', () => {
  test('[L4] a turn is loaded again as it was committed: heads, rows, digests', async () => {
    const { pool, authority, shop } = await booksWithShop();
    shop.receive('r1', 10);
    shop.sell('o1', 3);
    expect(await authority.take(shop, shop.frame())).toBe('committed');

    const again = await TestAuthority.open(pool);
    const before = authority.replica.ledger;
    const after = again.replica.ledger;
    expect(after.durablePosition).toBe(before.durablePosition);
    expect(after.self.writer).toBe(before.self.writer);
    const [was, is] = [before.streams.get(shop.writer), after.streams.get(shop.writer)];
    expect(is?.head).toEqual(was?.head);
    expect(is?.digest).toEqual(was?.digest);
    expect(is?.row(LAMP)).toMatchObject({ received: 10, used: 3, departed: 3 });
  });

  test('[D5] entries come back byte for byte, whole and by seq', async () => {
    const { pool, authority, shop } = await booksWithShop();
    shop.receive('r1', 1_000);
    for (let i = 0; i < 600; i += 1) shop.sell(`o${i}`, 1);
    await authority.take(shop, shop.frame());

    const { journal } = await TestAuthority.open(pool);
    const found = await journal.readAfter(0, 10_000);
    expect(found.isComplete).toBe(true);
    const ofShop = found.runs.filter(({ writer }) => writer === shop.writer);
    expect(ofShop.length).toBeGreaterThan(1);
    const bytes = Buffer.concat(ofShop.map((run) => run.bytes));
    expect(bytes.equals(joinEntries(shop.entries))).toBe(true);

    await journal.prefetch({ entries: [{ writer: shop.writer, fromSeq: 255, toSeq: 260 }] });
    const entry = shop.entries[257];
    expect(journal.view.entryAt(shop.writer, 258)).toEqual(entry?.entry);
    const hash = journal.view.hashAt(shop.writer, 258);
    expect(hash).toEqual(
      new Uint8Array(
        createHash('sha256')
          .update(entry?.bytes ?? '')
          .digest(),
      ),
    );
    expect(() => journal.view.hashAt(shop.writer, 261)).toThrow('not fetched');
  });

  test('[T8] a repeated command finds its document and writes nothing', async () => {
    const { pool, authority } = await booksWithShop();
    const receive = { type: 'receive', id: 'r1', actor: 'clerk:1', cause: 'delivery' } as const;
    const lines = [{ pool: DEPOT_LAMP, n: 5 }];
    expect(await authority.execute({ ...receive, lines })).toBe('committed');
    expect(await authority.execute(saleOf('o1', 2, DEPOT_LAMP))).toBe('committed');
    const again = await TestAuthority.open(pool);
    expect(await again.execute(saleOf('o1', 2, DEPOT_LAMP))).toBe('nothing');
    expect(again.journal.view.findDocument('order', 'o1')).toMatchObject({ seq: 3 });
    expect(again.replica.keep(NOW).answers[0]?.answer).toMatchObject({ ok: true, replayed: true });
  });

  test('[T8] what is fetched while a commit is under way knows what that commit writes', async () => {
    const { pool, authority, shop } = await booksWithShop();
    shop.receive('r1', 10);
    shop.sell('o1', 3);
    const first = shop.frame();
    shop.cancel('c1', 'o1', 1);
    const second = shop.frame();
    await authority.journal.prefetch(questionsOfFrame(first, authority.headOf));
    const writes = await authority.decide(() => authority.takeIn(shop, first), false);
    if (writes === undefined) throw new Error('the first frame changed nothing');
    const committed = authority.journal.commit(writes);
    const ahead = authority.journal.prefetchAhead(questionsOfFrame(second, authority.headOf));
    expect(await committed).toBe('committed');
    authority.replica.keep(NOW);
    await ahead;
    expect(await authority.turn(() => authority.takeIn(shop, second), false)).toBe('committed');
    const { rows } = await pool.query('select cancelled from tallystick.order_lines');
    expect(rows).toEqual([{ cancelled: 1 }]);
  });

  test('[T8] what was fetched beside a commit that lost is not taken for the truth', async () => {
    const { pool, authority, shop } = await booksWithShop();
    const other = await TestAuthority.open(pool);
    shop.receive('r1', 10);
    const first = shop.frame();
    shop.sell('o1', 1);
    const second = shop.frame();
    await authority.journal.prefetch(questionsOfFrame(first, authority.headOf));
    const writes = await authority.decide(() => authority.takeIn(shop, first), false);
    if (writes === undefined) throw new Error('the first frame changed nothing');
    const lines = [{ pool: DEPOT_LAMP, n: 5 }];
    expect(
      await other.execute({ type: 'receive', id: 'r9', actor: 'clerk:1', cause: 'delivery', lines }),
    ).toBe('committed');
    const committed = authority.journal.commit(writes);
    const ahead = authority.journal.prefetchAhead(questionsOfFrame(second, authority.headOf));
    expect(await committed).toBe('behind');
    authority.replica.putBack();
    await ahead;
    expect(() => authority.journal.view.findDocument('order', 'o1')).toThrow('not fetched');
  });

  test('[T3] a frame that is sent twice is compared by hash and changes nothing', async () => {
    const { pool, authority, shop } = await booksWithShop();
    shop.receive('r1', 10);
    shop.sell('o1', 1);
    const frame = shop.frame();
    await authority.take(shop, frame);
    expect(await authority.take(shop, frame)).toBe('nothing');
    const { rows } = await pool.query('select count(*) as n from tallystick.orders');
    expect(rows).toEqual([{ n: 1 }]);
  });

  test('[T3] a turn that brings more and then hears its old head again asks nothing unforeseen', async () => {
    const { authority, shop } = await booksWithShop();
    shop.receive('r1', 10);
    await authority.take(shop, shop.frame());
    const again = shop.frameOf(shop.entries.slice(-1), shop.entries.length - 1);
    shop.sell('o1', 1);
    const more = shop.frame();
    const questions = [more, again].map((frame) => questionsOfFrame(frame, authority.headOf));
    await authority.journal.prefetch(joinQuestions(questions));
    const both = () => {
      authority.takeIn(shop, more);
      authority.takeIn(shop, again);
    };
    expect(await authority.turn(both, false)).toBe('committed');
  });

  test('[T8] what was not fetched is never taken for what is not there', async () => {
    const { authority } = await booksWithShop();
    expect(() => authority.journal.view.findDocument('order', 'o1')).toThrow('not fetched');
    expect(() => authority.journal.view.lineProgress('o1' as OrderId, '1' as never)).toThrow('not fetched');
  });

  test('[D6] rows that differ from their digest stop the start', async () => {
    const { pool, authority, shop } = await booksWithShop();
    shop.receive('r1', 10);
    await authority.take(shop, shop.frame());
    await pool.query('update tallystick.rows set received = received + 1');
    await expect(TestAuthority.open(pool)).rejects.toThrow(/^D6: the rows of shop\./);
  });
});

describe('several processes', () => {
  test('[L4] two race: one wins, the other is behind, catches up, and nothing is lost', async () => {
    const { pool, authority: one, shop } = await booksWithShop();
    const two = await TestAuthority.open(pool);
    shop.receive('r1', 10);
    shop.sell('o1', 1);
    const frame = shop.frame();
    // Both take in the same frame of the same child, as after a child changed its door.
    const outcomes = await Promise.all([one.take(shop, frame), two.take(shop, frame)]);
    expect(outcomes.sort()).toEqual(['behind', 'committed']);
    const late = one.replica.ledger.streams.has(shop.writer) ? two : one;
    expect(late.replica.ledger.streams.has(shop.writer)).toBe(false);
    expect(await late.catchUp()).toBeGreaterThan(0);

    shop.sell('o2', 1);
    expect(await late.take(shop, shop.frame())).toBe('committed');
    const again = await TestAuthority.open(pool);
    expect(again.replica.ledger.streams.get(shop.writer)?.row(LAMP)).toMatchObject({ received: 10, used: 2 });
    const orders = await pool.query('select order_id from tallystick.orders order by 1');
    expect(orders.rows).toEqual([{ order_id: 'o1' }, { order_id: 'o2' }]);
  });

  test('[L4] a turn that changes heads alone makes others behind as well', async () => {
    const { pool, authority: one, shop } = await booksWithShop();
    await one.take(shop, shop.frame());
    const two = await TestAuthority.open(pool);
    const moved = await one.turn(() => {
      const { ledger } = one.replica;
      const stream = ledger.streams.get(shop.writer);
      if (stream !== undefined) ledger.touchHead(stream).parentSeen = 1;
    });
    expect(moved).toBe('committed');
    shop.receive('r1', 1);
    const frame = shop.frame();
    expect(await two.take(shop, frame)).toBe('behind');
    const found = await two.journal.readAfter(two.replica.ledger.durablePosition, 10);
    expect(found).toMatchObject({ runs: [], isComplete: true });
    expect(found.heads.map(({ writer, head }) => [writer, head.parentSeen])).toEqual([[shop.writer, 1]]);
    expect(await two.take(shop, frame)).toBe('committed');
  });

  test('[F6] an account of a life that is in no books is told with the first page of many', async () => {
    const { pool, authority: one, shop } = await booksWithShop();
    await one.take(shop, shop.frame());
    const two = await TestAuthority.open(pool);
    const lost = writerId(replicaOf(one.replica.ledger.self.writer), 7, '0d'.repeat(16));
    await one.turn(() => noteLostLife(one.replica.ledger, lost));
    for (const id of ['r1', 'r2']) {
      shop.receive(id, 1);
      await one.take(shop, shop.frame());
    }
    const told: unknown[] = [];
    for (let isComplete = false; !isComplete; ) {
      const page = await two.journal.readAfter(two.replica.ledger.durablePosition, 1);
      absorb(two.replica, page);
      told.push([page.isComplete, page.heads.length > 0, page.accounts.map(({ writer }) => writer)]);
      isComplete = page.isComplete;
    }
    expect(told).toEqual([
      [false, false, [lost]],
      [true, true, [lost]],
    ]);
    expect(two.replica.ledger.streams.get(lost)?.head).toEqual(one.replica.ledger.streams.get(lost)?.head);
  });

  test('[L4] two processes at once: every sale is in the books once', async () => {
    const { pool, authority: one } = await booksWithShop();
    const processes = [one, await TestAuthority.open(pool)];
    await Promise.all(
      processes.map(async (authority, index) => {
        const shop = new TestShop(one.replica.ledger.self.writer, `shop-${index}`);
        shop.receive(`r-${index}`, 100);
        for (let sale = 0; sale < 20; sale += 1) {
          shop.sell(`o-${index}-${sale}`, 1);
          const frame = shop.frame();
          while ((await authority.take(shop, frame)) === 'behind') await authority.catchUp();
        }
      }),
    );
    const { rows } = await pool.query(
      'select count(*) as orders, count(distinct order_id) as ids from tallystick.orders',
    );
    expect(rows).toEqual([{ orders: 40, ids: 40 }]);
    const again = await TestAuthority.open(pool);
    const used = [...again.replica.ledger.streams.values()].map((stream) => stream.row(LAMP).used);
    expect(used.sort()).toEqual([0, 20, 20]);
  });
});

describe('crash', () => {
  test('[D4] a connection that is killed in the middle of a commit leaves all or nothing', async () => {
    const { pool, authority, shop } = await booksWithShop();
    shop.receive('r1', 100);
    for (let i = 0; i < 50; i += 1) shop.sell(`o${i}`, 1);
    const frame = shop.frame();
    // The commit waits for this lock, with everything but the outbox written; then its server process is ended.
    const blocker = await pool.connect();
    await blocker.query('begin; lock table tallystick.outbox in access exclusive mode');
    const commit = authority.take(shop, frame);
    const outcome = expect(commit).rejects.toMatchObject({ name: 'CommitUnknown' });
    for (let ended = 0; ended === 0; ) {
      const { rowCount } = await pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
          where query like 'select tallystick.commit_turn%' and wait_event_type = 'Lock'`,
      );
      ended = rowCount ?? 0;
    }
    await outcome;
    await blocker.query('rollback');
    blocker.release();
    for (const table of ['orders', 'documents', 'rows', 'outbox']) {
      const { rows } = await pool.query(`select count(*) as n from tallystick.${table}`);
      expect([table, rows[0]?.n]).toEqual([table, 0]);
    }
    authority.replica.putBack();
    await authority.catchUp();
    expect(await authority.take(shop, frame)).toBe('committed');
    const { rows } = await pool.query('select count(*) as n from tallystick.orders');
    expect(rows).toEqual([{ n: 50 }]);
  });
});
