/** Marks: how far an order has come, said once by its owner. */
import { describe, expect, test } from 'vitest';
import type { Entry } from '../entry/entry.ts';
import { Forger } from '../hub/forger.test-kit.ts';
import type { OrderId } from '../ids.ts';
import type { MarkOrder } from './command.ts';
import { cancel, sell } from './commands.test-kit.ts';
import { markOf } from './decide-mark.ts';
import { shop as world } from './world.test-kit.ts';

const far = { departsFrom: [] };

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
    expect(berlin.do(mark('o1', 'processing'))).toMatchObject({ ok: false, code: 'unknown_order' });
    berlin.do(sell('o1', { lamp: 1 }, far));
    its.calm();
    expect(hq.do(mark('o1', 'processing'))).toMatchObject({ ok: false, code: 'not_owner' });
    expect(berlin.do({ ...mark('o1', 'processing'), id: 'm1' })).toMatchObject({ code: 'invalid_request' });
    berlin.do(cancel('c1', 'o1'));
    expect(berlin.do(mark('o1', 'processing'))).toMatchObject({ ok: false, code: 'already_cancelled' });
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
