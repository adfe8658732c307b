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

export const BENCHES: readonly Bench[] = [
  hotSku,
  orders,
  rest,
  auth,
  drain,
  spread,
  start,
  scale,
  carts,
  events,
  shapes,
  verify,
];
