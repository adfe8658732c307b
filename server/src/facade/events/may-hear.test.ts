/** Who hears what: a business client its own orders, and nothing that is the merchant's alone. */
import { expect, test } from 'vitest';
import { ANYONE } from '../../access/principal.ts';
import { EVENT_TYPES, EVENTS } from '../../events/catalogue.ts';
import { EVENT_SOURCE, held } from '../../events/event.ts';
import { mayHear } from './routes.ts';

const events = EVENT_TYPES.map((type) => {
  const { version, example: data } = EVENTS[type];
  const envelope = {
    specversion: '1.0',
    id: '1',
    source: EVENT_SOURCE,
    time: '',
    datacontenttype: 'application/json',
  } as const;
  return held({ ...envelope, type, subject: '', dataschema: String(version), data });
});

test('somebody else’s events never arrive', () => {
  const heardBy = (client: string | undefined) =>
    events.filter((event) => mayHear({ ...ANYONE, client }, event)).map(({ type }) => type);
  expect(heardBy(undefined)).toEqual(EVENT_TYPES);
  expect(heardBy('acme')).toEqual([
    ...EVENT_TYPES.filter((type) => type.startsWith('order.')),
    'stock.level_changed',
  ]);
  expect(heardBy('umbrella')).toEqual(['stock.level_changed']);
});
