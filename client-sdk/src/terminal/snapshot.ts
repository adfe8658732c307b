/** Snapshot: a till as it is now, for whoever shows it. */
import { type Ledger, type PoolId, parsePoolId, stageOf } from '@tallystick/crdt';
import type { SaleRecord } from '@tallystick/crdt/host';
import { TallystickError } from '../error.ts';
import type { BasketLine } from './basket.ts';
import type { Returns } from './returns.ts';
import { receiptPrefix, returnedOf, type Sale, saleOf } from './sales.ts';
import type { HeldBasket, TillSnapshot } from './terminal-types.ts';
import type { TillHost } from './till-host.ts';

/** What a cashier scrolls through. */
const SALES_SHOWN = 50;

export class Snapshots {
  /** Each turn asks for all that are shown, and hardly any of them is another: reading one takes 30 µs. */
  #sales = new Map<SaleRecord, Sale>();

  of(host: TillHost, isPersisted: boolean): TillSnapshot {
    const { id, catalogue, cashiers, failure, link, location } = host;
    const { ledger } = host.engine.replica;
    const isPlaced = location !== undefined && catalogue.location(location) !== undefined;
    const hasMet = ledger.hasLife && isPlaced && !ledger.awaitsFormerLives;
    const { sales } = host.journal.view;
    const cashier = cashiers.current;
    return {
      id,
      state: failure !== undefined ? 'read-only' : hasMet ? 'open' : 'starting',
      link: link.state,
      linkSays: link.why,
      isPersisted,
      ...(location === undefined ? {} : { location }),
      ...(ledger.hasLife ? { receiptPrefix: receiptPrefix(ledger.self.writer) } : {}),
      catalogueAsOfMs: catalogue.asOfMs,
      unsettled: sales.filter((sale) => stageOf(ledger, sale) !== 'settled').length,
      sales: this.#shown(host),
      holds: heldBaskets(host),
      ...(cashier === undefined ? {} : { cashier: { id: cashier.id, role: cashier.role } }),
      ...(failure === undefined
        ? {}
        : { error: new TallystickError('read_only', `This device stores nothing now: ${failure.message}`) }),
    };
  }

  #shown({ engine, journal, returns }: TillHost): Sale[] {
    const { ledger } = engine.replica;
    const shown = new Map<SaleRecord, Sale>();
    for (const record of journal.view.sales.slice(-SALES_SHOWN).reverse()) {
      const known = this.#sales.get(record);
      const sale =
        known !== undefined && isSame(known, record, ledger, returns)
          ? known
          : saleOf(ledger, record, returns);
      if (sale !== undefined) shown.set(record, sale);
    }
    this.#sales = shown;
    return [...shown.values()];
  }
}

function isSame(sale: Sale, record: SaleRecord, ledger: Ledger, returns: Returns): boolean {
  return (
    sale.stage === stageOf(ledger, record) &&
    sale.lines.every(({ lineId, cancelled, returned }) => {
      const now = ledger.lineProgress(record.orderId, lineId as never);
      return now.cancelled === cancelled && returnedOf(ledger, record.orderId, lineId, returns) === returned;
    })
  );
}

export function heldBaskets({ engine }: TillHost): HeldBasket[] {
  const { ledger } = engine.replica;
  const own = ledger.hasLife ? ledger.self.writer : undefined;
  return [...ledger.holds].flatMap(([id, { writer, lines, sinceWallMs, ttlMs }]) =>
    writer === own ? [{ id, untilMs: sinceWallMs + ttlMs, lines: lines.map(heldLine) }] : [],
  );
}

function heldLine({ pool, n }: { readonly pool: PoolId; readonly n: number }): BasketLine {
  return { sku: parsePoolId(pool).sku, quantity: n };
}

/** Before this tab has the till. */
export function nothingYet(id: string): TillSnapshot {
  return {
    id,
    state: 'waiting',
    link: 'down',
    linkSays: 'another tab may have this till',
    isPersisted: false,
    catalogueAsOfMs: 0,
    unsettled: 0,
    sales: [],
    holds: [],
  };
}
