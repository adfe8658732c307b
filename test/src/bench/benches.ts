/** All benches, in the order in which they run. */
import type { Bench } from './bench.ts';
import { hotSku } from './hot-sku.ts';
import { orders } from './orders.ts';

export const BENCHES: readonly Bench[] = [hotSku, orders];
