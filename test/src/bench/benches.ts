/** All benches, in the order in which they run. */
import { auth } from './auth.ts';
import type { Bench } from './bench.ts';
import { carts } from './carts.ts';
import { drain } from './drain.ts';
import { events } from './events.ts';
import { hotSku } from './hot-sku.ts';
import { orders } from './orders.ts';
import { rest } from './rest.ts';
import { scale } from './scale.ts';
import { shapes } from './shapes.ts';
import { spread } from './spread.ts';
import { start } from './start.ts';
import { verify } from './verify.ts';

/** What a sale costs, from the till to the books: these run where none is named. */
const OF_A_SALE: readonly Bench[] = [hotSku, orders, drain, spread, start, scale];
const OF_THE_REST: readonly Bench[] = [rest, auth, carts, events, shapes, verify];

export const BENCHES: readonly Bench[] = [...OF_A_SALE, ...OF_THE_REST];
export const USUAL: readonly string[] = OF_A_SALE.map(({ name }) => name);
