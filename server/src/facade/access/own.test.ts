/** What belongs to a client: its names, and what others took, which is told to nobody else. */
import type { Agent } from '@tallystick/store-agent';
import { expect, test } from 'vitest';
import { ANYONE, checkedName, keyName, type Principal } from '../../access/principal.ts';
import { checkFreeForHold, checkFreeForOrder, checkOwnHold, inOwnName, neededName } from './own.ts';

const UUID = '0190aaaa-bbbb-7ccc-8ddd-eeeeffff0000';
const as = (client: string | undefined): Principal => ({ ...ANYONE, client });
const [acme, merchant] = [as('acme'), as(undefined)];

/** A door with an order and a hold of each: a client's, another's, nobody's. */
const owners = ['acme', 'acme-too', undefined] as const;
const entries = new Map<string, unknown>(
  owners.flatMap((owner) => [
    [`order ${owner}`, { body: { type: 'sold', clientId: owner } }],
    [`hold ${owner}`, { actor: owner === undefined ? 'integrator:erp' : `client:${owner}/web` }],
  ]),
);
const documentEntry = (kind: string, id: string) => entries.get(`${kind} ${id}`);
const agent = { engine: { replica: { ledger: { documentEntry } } } } as unknown as Agent;

test('a new name is a UUID, or begins with the client and a colon: none of a client whose id begins alike', () => {
  for (const name of [UUID, 'acme:1', 'acme:']) expect(checkedName(acme, name)).toBe(name);
  for (const name of ['1', 'acme', 'acme1', 'acme-too:1', 'other:1', `acme-${UUID}`])
    expect(() => checkedName(acme, name), name).toThrow('acme:');
  expect(checkedName(merchant, '1')).toBe('1');
});

test('a key names something among the client’s own names', () => {
  expect(['1', 'acme:1', 'acme-too:1', UUID].map((key) => keyName(acme, key))).toEqual([
    'acme:1',
    'acme:1',
    'acme:acme-too:1',
    UUID,
  ]);
  expect(neededName(acme, undefined, '7')).toBe('acme:7');
  expect(() => neededName(acme, 'other:7', '7')).toThrow('acme:');
  expect(keyName(merchant, '1')).toBe('1');
});

test('an id that another took is taken, also where the very same is asked for', () => {
  for (const check of [checkFreeForOrder, checkFreeForHold]) {
    expect(() => check(agent, acme, 'acme')).not.toThrow();
    expect(() => check(agent, acme, 'free')).not.toThrow();
    for (const other of ['acme-too', 'undefined'])
      expect(() => check(agent, acme, other), other).toThrow('was used for another request');
    for (const any of ['acme', 'acme-too', 'undefined'])
      expect(() => check(agent, merchant, any)).not.toThrow();
  }
});

test('another’s hold is as if it were not there', () => {
  expect(() => checkOwnHold(agent, acme, 'acme')).not.toThrow();
  for (const other of ['acme-too', 'undefined', 'none'])
    expect(() => checkOwnHold(agent, acme, other), other).toThrow(`No hold ${other} was opened here.`);
  expect(() => checkOwnHold(agent, merchant, 'acme')).not.toThrow();
});

test('nobody orders in another’s name', () => {
  expect(inOwnName(acme, {})).toEqual({ client: 'acme' });
  expect(inOwnName(acme, { client: 'acme' })).toEqual({ client: 'acme' });
  expect(() => inOwnName(acme, { client: 'acme-too' })).toThrow('acme alone');
  expect(inOwnName(merchant, { client: 'acme' })).toEqual({ client: 'acme' });
});
