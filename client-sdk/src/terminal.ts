/**
 * A till that is a replica: it sells in a browser, with the line up or down, and never sells a unit twice.
 *
 * @example
 * ```ts
 * import { createTerminal } from '@tallystick/client-sdk/terminal';
 *
 * const till = createTerminal({ id: 'kasse-1', parent: 'ws://127.0.0.1:7410/link', code: 'from `npx tallystick add`' });
 * await till.ready();
 * const scanned = await till.scan('4006381333931');
 * const sku = scanned?.product.sku ?? 'LAMP';
 * const sale = await till.sell({ lines: [{ sku, quantity: 2 }] });
 * console.log(`Receipt ${sale.receipt}: ${sale.totals[0]?.grossMinor} ${sale.totals[0]?.currency}`);
 * till.subscribe(() => console.log(till.sale(sale.id)?.stage, till.getSnapshot().unsettled));
 * ```
 */
import { pagePorts } from './terminal/ports.ts';
import type { Terminal, TerminalOptions } from './terminal/terminal-types.ts';
import { Till } from './terminal/till.ts';

export type { BasketLine } from './terminal/basket.ts';
export type { TillProduct } from './terminal/catalogue.ts';
export type { Sale, SaleLine } from './terminal/sales.ts';
export type {
  HeldBasket,
  NewHold,
  NewReturn,
  NewSale,
  OnceManager,
  Terminal,
  TerminalOptions,
  TillCashier,
  TillSnapshot,
  TillState,
} from './terminal/terminal-types.ts';

/**
 * Opens a till in this browser. It begins at once; `ready()` says when it can sell.
 *
 * One tab has a till at a time: the others wait, and the next one takes over when it closes.
 * @throws TallystickError `no_storage` where this is no page in which a till can live
 */
export function createTerminal(options: TerminalOptions): Terminal {
  return new Till(options, pagePorts());
}
