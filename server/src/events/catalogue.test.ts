/** The examples of the document are what the schemas say, and no schema is there without one. */
import { describe, expect, test } from 'vitest';
import { EVENT_TYPES, EVENTS } from './catalogue.ts';

describe('the catalogue of events', () => {
  test.each(EVENT_TYPES)('%s has an example that its schema takes whole', (type) => {
    const { data, example } = EVENTS[type];
    expect(data.parse(example)).toEqual(example);
  });
});
