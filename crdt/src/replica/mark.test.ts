/** Marks: how far an order has come, said once by its owner. */
import { describe, expect, test } from 'vitest';
import type { Entry } from '../entry/entry.ts';
import { Forger } from '../hub/forger.test-kit.ts';
import type { OrderId } from '../ids.ts';
import type { MarkOrder, Sell, SellLine } from './command.ts';
import { cancel, receive, sell } from './commands.test-kit.ts';
import { markOf } from './decide-mark.ts';
import type { MemoryJournal } from './memory-journal.test-kit.ts';
import { type Node, pool, shop as world } from './world.test-kit.ts';

const far = { departsFrom: [] };

function sellAt(location: string, id: string): Sell {
  const [line] = sell(id, { lamp: 1 }, far).lines;
  return sell(id, {}, { ...far, lines: [{ ...line, locationId: location } as SellLine] });
}

function mark(orderId: string, to: MarkOrder['mark']): MarkOrder {
  return { type: 'mark', id: orderId, orderId: orderId as OrderId, actor: 'rest:erp', mark: to };
}

describe('[T8] marks of an order', () => {
  test('[T8] are set once by its owner, and known to its parent and after a restart', () => {
    const { world: its, hq, berlin } = world({ lamp: 5 });
    berlin.do(sell('o1', { lamp: 1 }, far));
    expect(berlin.do(mark('o1', 'processing'))).toMatchObject({ ok: true, replayed: false });
    expect(berlin.do(mark('o1', 'processing'))).toMatchObject({ ok: true, replayed: true });
    expect(berlin.do(mark('o1', 'delivered'))).toMatchObject({ ok: true, replayed: false });
    its.calm();
    berlin.restart();
    its.calm();
    expect(berlin.do(mark('o1', 'delivered'))).toMatchObject({ ok: true, replayed: true });
    const { ledger } = hq.replica;
    expect(ledger.findDocument('processing', 'o1')?.writer).toBe(berlin.self);
    expect(ledger.findDocument('delivered', 'o1')?.writer).toBe(berlin.self);
    expect(hq.fenceOf(berlin.self)).toBeUndefined();
    expect(markOf(ledger, ledger.documentEntry('order', 'o1') as Entry)).toBe('delivered');
  });

  test('[T8] move no goods and no rights', () => {
    const { world: its, berlin } = world({ lamp: 5 });
    berlin.do(sell('o1', { lamp: 1 }, far));
    its.calm();
    const before = berlin.free('lamp');
    berlin.do(mark('o1', 'delivered'));
    its.calm();
    expect(berlin.free('lamp')).toBe(before);
  });

  test('[T8] are not set on an order that is unknown, cancelled, another replica’s, or under another name', () => {
    const { world: its, hq, berlin } = world({ lamp: 5 });
    expect(berlin.do(mark('o1', 'processing'))).toMatchObject({
      code: 'unknown_order',
      message: 'Order o1 is not known here.',
    });
    berlin.do(sell('o1', { lamp: 1 }, far));
    its.calm();
    expect(hq.do(mark('o1', 'processing'))).toMatchObject({
      ok: false,
      code: 'not_owner',
      message: 'Order o1 belongs to berlin.',
    });
    expect(berlin.do({ ...mark('o1', 'processing'), id: 'm1' })).toMatchObject({
      code: 'invalid_request',
      message: 'A mark is named after its order.',
    });
    berlin.do(cancel('c1', 'o1'));
    expect(berlin.do(mark('o1', 'processing'))).toMatchObject({
      ok: false,
      code: 'already_cancelled',
      message: 'Order o1 is cancelled.',
    });
  });

  test('[T8] are set as long as one line of the order is left', () => {
    const { berlin } = world({ lamp: 5, bulb: 5 });
    berlin.do(sell('o1', { lamp: 1, bulb: 1 }, far));
    expect(berlin.do(cancel('c1', 'o1', ['1']))).toMatchObject({ ok: true });
    expect(berlin.do(mark('o1', 'processing'))).toMatchObject({ ok: true, replayed: false });
    expect(berlin.do(cancel('c2', 'o1', ['2']))).toMatchObject({ ok: true });
    expect(berlin.do(mark('o1', 'delivered'))).toMatchObject({ ok: false, code: 'already_cancelled' });
  });

  test('[T8] are set by a new life on what a former one sold, also where another owner sold it first', () => {
    const { world: its, hq, berlin } = world({ lamp: 5 });
    const paris = its.add('paris', 'store', hq);
    paris.do({ ...receive('d1', {}), lines: [{ pool: pool('lamp', 'paris'), n: 5 }] });
    const image = berlin.journal.image();
    const [line] = sell('o1', { lamp: 1 }, far).lines;
    paris.do(sell('o1', {}, { ...far, lines: [{ ...line, locationId: 'paris' } as SellLine] }));
    its.calm();
    berlin.do(sell('o1', { lamp: 1 }, far));
    berlin.do(sell('o2', { lamp: 1 }, far));
    its.calm();
    const former = berlin.self;
    berlin.cut();
    berlin.restart(image);
    for (let i = 0; i < 4 && !berlin.replica.uplink.isOpen; i += 1) {
      berlin.link();
      its.calm();
    }
    const life = berlin.self;
    expect(life).not.toBe(former);
    for (const orderId of ['o1', 'o2'])
      expect(berlin.do(mark(orderId, 'processing'))).toMatchObject({ ok: true, replayed: false });
    its.calm();
    expect(hq.fenceOf(life)).toBeUndefined();
    expect(hq.replica.ledger.findDocument('processing', 'o2')?.writer).toBe(life);
  });

  test.each(['first', 'last'])(
    '[T8] of a copy say nothing of the order, which its owner marks %s',
    (when) => {
      const { world: its, hq, berlin } = world({ lamp: 5 });
      const paris = its.add('paris', 'store', hq);
      paris.do({ ...receive('d1', {}), lines: [{ pool: pool('lamp', 'paris'), n: 5 }] });
      paris.do(sellAt('paris', 'o1'));
      its.calm();
      berlin.do(sell('o1', { lamp: 1 }, far));
      its.calm();
      const { ledger } = hq.replica;
      for (const owner of when === 'first' ? [paris, berlin] : [berlin, paris]) {
        expect(owner.do(mark('o1', 'delivered'))).toMatchObject({ ok: true, replayed: false });
        its.calm();
        expect(owner.do(mark('o1', 'delivered'))).toMatchObject({ ok: true, replayed: true });
        expect(ledger.findDocument('delivered', 'o1')?.writer).toBe(
          owner === paris || when === 'first' ? paris.self : undefined,
        );
      }
      expect(markOf(ledger, ledger.documentEntry('order', 'o1') as Entry)).toBe('delivered');
      expect([hq.fenceOf(paris.self), hq.fenceOf(berlin.self)]).toEqual([undefined, undefined]);
    },
  );

  test('[T8] by a later life of another replica are kept, and count for nothing', () => {
    const { world: its, hq, berlin } = world({ lamp: 5 });
    const paris = its.add('paris', 'store', hq);
    restore(paris, paris.journal.image());
    berlin.do(sell('o1', { lamp: 1 }, far));
    its.calm();
    const forger = new Forger(paris);
    const lie = forger.entry(
      { type: 'marked', orderId: 'o1' as OrderId, mark: 'delivered' },
      { docId: 'o1' },
    );
    forger.send(forger.frame([lie]));
    const { ledger } = hq.replica;
    expect(ledger.findDocument('delivered', 'o1')).toBeUndefined();
    expect(berlin.do(mark('o1', 'delivered'))).toMatchObject({ ok: true, replayed: false });
    its.calm();
    expect(markOf(ledger, ledger.documentEntry('order', 'o1') as Entry)).toBe('delivered');
  });

  test('[T8] by a later life of another replica say nothing of an order that is sold elsewhere afterwards', () => {
    const { world: its, hq, berlin } = world({ lamp: 5 });
    const paris = its.add('paris', 'store', hq);
    restore(paris, paris.journal.image());
    const forger = new Forger(paris);
    const early = forger.entry(
      { type: 'marked', orderId: 'o1' as OrderId, mark: 'delivered' },
      { docId: 'o1' },
    );
    forger.send(forger.frame([early]));
    berlin.do(sell('o1', { lamp: 1 }, far));
    its.calm();
    const { ledger } = hq.replica;
    expect(ledger.findDocument('delivered', 'o1')?.writer).toBe(forger.writer);
    expect(markOf(ledger, ledger.documentEntry('order', 'o1') as Entry)).toBeUndefined();
  });

  test('[F5] a writer that marks an order which is not its own is shut out', () => {
    const { world: its, hq, berlin } = world({ lamp: 5 });
    const paris = its.add('paris', 'store', hq);
    berlin.do(sell('o1', { lamp: 1 }, far));
    its.calm();
    const forger = new Forger(paris);
    const entry = forger.entry(
      { type: 'marked', orderId: 'o1' as OrderId, mark: 'delivered' },
      { docId: 'o1' },
    );
    forger.send(forger.frame([entry]));
    expect(hq.fenceOf(paris.self)).toBe('departed');
    expect(
      markOf(hq.replica.ledger, hq.replica.ledger.documentEntry('order', 'o1') as Entry),
    ).toBeUndefined();
  });
});

/** The link goes to another parent, or begins again at the same one. */
function relink(node: Node, parent = node.parent as Node): void {
  node.cut();
  node.restart();
  node.parent = parent;
  node.link();
}

/** The restore command: a new life, which knows what the image holds. */
function restore(node: Node, image: MemoryJournal): void {
  node.cut();
  node.restart(image);
  node.turn((self, now) => self.becomeNewWriter('rollback', now));
  node.link();
  node.world.calm();
}

describe('[T8] [T2] a mark of what a former life sold, of which the root has not heard', () => {
  test('[T8] [T2] counts once that comes, though the word of the former life comes last (seed 9820079)', () => {
    const { world: its, hq } = world();
    const region = its.add('region', 'region', hq);
    region.cut();
    const depot = its.add('depot', 'warehouse', region);
    const paris = its.add('paris', 'store', region);
    paris.do(receive('d1', { lamp: 5 }, 'paris'));
    paris.do(sellAt('paris', 'o1'));
    its.calm();
    const former = paris.self;
    restore(paris, paris.journal.image());
    const life = paris.self;
    expect(paris.do(mark('o1', 'processing'))).toMatchObject({ ok: true, replayed: false });
    its.calm();
    // Its new parent is told its past; what comes first, the end of the former life, is lost on the way.
    paris.cut();
    depot.cut();
    its.give(paris, depot);
    relink(depot);
    its.mail = its.mail.filter(({ frame }) => frame.kind !== 'former' || frame.writer !== former);
    its.rejoin();
    its.give(depot, hq);
    relink(depot, hq);
    its.rejoin();
    const order = depot.history.indexOf('paris:marked') - depot.history.indexOf('paris:sold');
    expect(order).toBeLessThan(0);
    expect(hq.fenceOf(life)).toBeUndefined();
    const { ledger } = hq.replica;
    expect(markOf(ledger, ledger.documentEntry('order', 'o1') as Entry)).toBe('processing');
  });

  test('[T8] and is no lie where it came too late to count, and another owner had sold the same', () => {
    const { world: its, hq, berlin } = world({ lamp: 5 });
    const paris = its.add('paris', 'store', hq);
    paris.do(receive('d1', { lamp: 5 }, 'paris'));
    berlin.cut();
    berlin.do(sell('o1', { lamp: 1 }, far));
    paris.do(sellAt('paris', 'o1'));
    its.calm();
    restore(berlin, berlin.journal.image());
    expect(hq.replica.ledger.findDocument('order', 'o1')?.writer).toBe(paris.self);
    const life = berlin.self;
    expect(berlin.do(mark('o1', 'processing'))).toMatchObject({ ok: true, replayed: false });
    its.calm();
    expect(hq.fenceOf(life)).toBeUndefined();
  });
});
