/** Serving calls at the root: each is found by its name, parsed once, and refused in words. */
import type { CallResult } from '@tallystick/crdt/host';
import { Problem, servedInTrace } from '@tallystick/store-agent';
import type { Authority } from '../authority.ts';
import { type Asker, bySchema, inTheNameOf } from '../who-asks.ts';
import { ACCESS_CALLS } from './access-calls.ts';
import { AUDIT_CALLS } from './audit-calls.ts';
import type { ServedCall } from './call.ts';
import { CART_CALLS } from './cart-calls.ts';
import { CASHIER_CALLS } from './cashier-calls.ts';
import { CUSTOMER_CALLS } from './customer-calls.ts';
import { enrolCall } from './enrol-call.ts';
import { EVENT_CALLS } from './event-calls.ts';
import { LOCATION_CALLS } from './location-calls.ts';
import { MOVEMENT_CALLS } from './movement-calls.ts';
import { ORDER_CALLS } from './order-calls.ts';
import { PRODUCT_CALLS } from './product-calls.ts';
import { REPLICA_CALLS } from './replica-calls.ts';
import { RESIDENT_CALLS } from './resident-calls.ts';
import { THRESHOLD_CALLS } from './threshold-calls.ts';
import { TRANSFER_CALLS } from './transfer-calls.ts';
import { TROUBLE_CALLS } from './trouble-calls.ts';
import { WEBHOOK_CALLS } from './webhook-calls.ts';
import { whyCall } from './why-call.ts';

const CALLS: Readonly<Record<string, ServedCall>> = {
  enrol: enrolCall,
  why: whyCall,
  ...ACCESS_CALLS,
  ...AUDIT_CALLS,
  ...CART_CALLS,
  ...CASHIER_CALLS,
  ...CUSTOMER_CALLS,
  ...EVENT_CALLS,
  ...WEBHOOK_CALLS,
  ...THRESHOLD_CALLS,
  ...MOVEMENT_CALLS,
  ...ORDER_CALLS,
  ...PRODUCT_CALLS,
  ...REPLICA_CALLS,
  ...RESIDENT_CALLS,
  ...LOCATION_CALLS,
  ...TRANSFER_CALLS,
  ...TROUBLE_CALLS,
};

/** @param via the replica that the call came through; undefined where it was made here */
export async function serveCall(authority: Authority, body: string, via?: string): Promise<CallResult> {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return { ok: false, code: 'malformed_body', message: 'The call is not JSON.' };
  }
  return servedInTrace(json, authority.log, (asked) => serveParsed(authority, asked, via));
}

async function serveParsed(
  authority: Authority,
  json: unknown,
  via: string | undefined,
): Promise<CallResult> {
  const name = (json as { call?: unknown } | null)?.call;
  const call = typeof name === 'string' && Object.hasOwn(CALLS, name) ? CALLS[name] : undefined;
  if (call === undefined)
    return { ok: false, code: 'invalid_request', message: 'The authority does not serve this call.' };
  try {
    const { by, ...asked } = json as { readonly by?: unknown };
    const parsed = call.schema.safeParse(asked);
    if (!parsed.success) throw Problem.invalid(parsed.error);
    const serve = () => call.serve(authority, parsed.data);
    const asker = askerOf(by, via);
    return { ok: true, value: await (asker === undefined ? serve() : inTheNameOf(asker, serve)) };
  } catch (error) {
    if (error instanceof Problem) {
      const { code, message, errors, retryAfterS } = error;
      return {
        ok: false,
        code,
        message,
        ...(errors === undefined ? {} : { errors }),
        ...(retryAfterS === undefined ? {} : { retryAfterS }),
      };
    }
    authority.log.warn({ err: error, call: name }, 'a call could not be served');
    return {
      ok: false,
      code: 'authority_unreachable',
      message: 'The books cannot be read or written now. Try again.',
    };
  }
}

/** Who asks, in the words of the region at whose door they did; else the replica itself. @throws Problem */
function askerOf(by: unknown, via: string | undefined): Asker | undefined {
  if (by === undefined) return via === undefined ? undefined : { actor: `replica:${via}`, via };
  const parsed = bySchema.safeParse(by);
  if (!parsed.success) throw Problem.invalid(parsed.error);
  return { ...parsed.data, ...(via === undefined ? {} : { via }) };
}
