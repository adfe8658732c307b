/** What can be done with cashiers: people who sign in at shops and tills with a PIN. */
import { cashierId, cashierSchema, pinSchema } from '@tallystick/store-agent';
import { z } from 'zod';
import { shared } from '../../access/scopes.ts';
import { MADE_HEADERS, MERGE_PATCH } from '../catalogue-operation.ts';
import { type Operation, operation } from '../operation.ts';
import { pageOf, pageQuery } from '../page.ts';

const common = { tag: 'Cashiers', cacheControl: 'no-store' } as const;
const params = z.strictObject({ id: cashierId });
const id = cashierId.meta({ description: 'Opaque: it stands in journals for ever. No name belongs here.' });
const role = cashierSchema.shape.role.meta({
  description: 'A `cashier` sells; a `manager` also moves goods, takes returns and gives overrides.',
});
const locations = cashierSchema.shape.locations.meta({
  description: 'Where they work. Their PIN is known there and nowhere else.',
});
const pin = pinSchema.meta({ description: '4 to 12 digits. Made here where it is left out.' });

const newCashier = z.strictObject({ id, role, locations, pin: pin.optional() }).meta({ id: 'NewCashier' });
const cashierPatch = z
  .strictObject({ role: role.optional(), locations: locations.optional() })
  .meta({ id: 'CashierPatch' });

const fields = { id: z.string(), role, locations: z.array(z.string()) };
const cashierJson = z.object(fields).meta({ id: 'Cashier' });
const withPin = z
  .object({ ...fields, pin: z.string().meta({ description: 'Shown this once, and kept nowhere.' }) })
  .meta({ id: 'CashierWithPin' });
export type CashierJson = z.output<typeof cashierJson>;

const write = { access: shared('cashiers:write'), needs: 'authority', routeClass: 'write' } as const;
const read = { access: shared('cashiers:read'), needs: 'nobody', routeClass: 'read' } as const;

export const createCashier = operation({
  ...common,
  ...write,
  id: 'createCashier',
  givesSecret: true,
  method: 'POST',
  path: '/v1/cashiers',
  summary: 'Add somebody who signs in with a PIN',
  description:
    'Shops and tills at their places hear of it by their links, and check the PIN by themselves from then on, with the line ' +
    'up or down. Only a slow hash of the PIN leaves this door. If the answer was lost, give them a new PIN.',
  body: newCashier,
  answers: { 201: { description: 'They may sign in.', body: withPin, headers: MADE_HEADERS } },
  problems: ['already_exists', 'unknown_location', 'authority_unreachable'],
  examples: {
    anna: {
      summary: 'A cashier, with a PIN made here',
      body: { id: 'c-0412', role: 'cashier', locations: ['berlin'] },
      status: 201,
      answer: { id: 'c-0412', role: 'cashier' },
    },
    tooEasy: {
      summary: 'A PIN that is tried first',
      body: { id: 'c-0413', role: 'cashier', locations: ['berlin'], pin: '1234' },
      status: 400,
      answer: { errors: [{ pointer: '/pin' }] },
    },
  },
});

export const listCashiers = operation({
  ...common,
  ...read,
  id: 'listCashiers',
  method: 'GET',
  path: '/v1/cashiers',
  summary: 'List cashiers by id, without their PINs',
  query: z.strictObject(pageQuery),
  answers: {
    200: { description: 'A page.', body: pageOf(cashierJson).meta({ id: 'CashierPage' }), headers: ['link'] },
  },
  problems: [],
  examples: { all: { summary: 'The first fifty', status: 200 } },
});

export const getCashier = operation({
  ...common,
  ...read,
  id: 'getCashier',
  method: 'GET',
  path: '/v1/cashiers/{id}',
  summary: 'Read a cashier',
  params,
  etag: true,
  answers: { 200: { description: 'The cashier.', body: cashierJson, headers: ['etag'] } },
  problems: ['not_found'],
  examples: {
    anna: { summary: 'One', params: { id: 'c-0412' }, status: 200, answer: { locations: ['berlin'] } },
  },
});

export const patchCashier = operation({
  ...common,
  ...write,
  ...MERGE_PATCH,
  id: 'patchCashier',
  path: '/v1/cashiers/{id}',
  summary: 'Change what a cashier may do, or where',
  description: `${MERGE_PATCH.description} Whoever is signed in as them at a till that hears of it must sign in again.`,
  params,
  body: cashierPatch,
  answers: { 200: { description: 'As they are now.', body: cashierJson, headers: ['etag'] } },
  problems: ['not_found', 'unknown_location', 'authority_unreachable'],
  examples: {
    promoted: {
      summary: 'A manager now',
      params: { id: 'c-0412' },
      headers: { 'if-match': '*' },
      body: { role: 'manager' },
      status: 200,
      answer: { role: 'manager' },
    },
  },
});

export const changePin = operation({
  ...common,
  ...write,
  id: 'changePin',
  givesSecret: true,
  method: 'POST',
  path: '/v1/cashiers/{id}/pin',
  summary: 'Give a cashier a new PIN',
  description: 'The one before opens nothing any more where this was heard of. A wait after wrong PINs ends.',
  params,
  body: z.strictObject({ pin: pin.optional() }).meta({ id: 'NewPin' }),
  isBodyOptional: true,
  answers: { 200: { description: 'With their new PIN.', body: withPin, headers: ['etag'] } },
  problems: ['not_found', 'authority_unreachable'],
  examples: {
    forgotten: { summary: 'Made here', params: { id: 'c-0412' }, status: 200, answer: { id: 'c-0412' } },
  },
});

export const removeCashier = operation({
  ...common,
  ...write,
  id: 'removeCashier',
  method: 'DELETE',
  path: '/v1/cashiers/{id}',
  summary: 'Take a cashier out',
  params,
  answers: {
    200: { description: 'Taken out.', body: z.object({ id: z.string() }).meta({ id: 'RemovedCashier' }) },
  },
  problems: ['not_found', 'authority_unreachable'],
  examples: {
    left: { summary: 'Gone', params: { id: 'c-0412' }, status: 200, answer: { id: 'c-0412' } },
    again: { summary: 'Gone already', params: { id: 'c-0412' }, status: 404, answer: { code: 'not_found' } },
  },
});

/** In the order in which a newcomer would use them. */
export const CASHIER_OPERATIONS: readonly Operation[] = [
  createCashier,
  listCashiers,
  getCashier,
  patchCashier,
  changePin,
  removeCashier,
];
