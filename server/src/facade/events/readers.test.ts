/** How many may read at once: nobody keeps the others out. */
import { expect, test } from 'vitest';
import { EVERYTHING } from '../../events/filter.ts';
import { Streams } from '../../events/streams.ts';
import { Tail } from '../../events/tail.ts';
import { Readers } from './readers.ts';

test('one credential has a thousand, those that wait among them; all together five thousand', () => {
  const never = () => new Promise<never>(() => {});
  const tail = new Tail({ read: never, glance: never }, { warn: () => {} } as never);
  tail.append([], 0);
  const streams = new Streams({ tail, readOlder: never, nowMs: () => 0 });
  const readers = new Readers(streams);
  const sink = { send: () => true, beat: () => {}, end: () => {} };
  const open = (whose: string | undefined) => streams.open({ ...EVERYTHING, whose }, 0, sink);
  const opened = Array.from({ length: 999 }, () => open('acme'));
  const leave = readers.enter('acme');
  expect(() => readers.enter('acme')).toThrow('in your name');
  readers.enter('other')();
  leave();
  readers.enter('acme')();
  readers.enter('acme');
  expect(() => readers.enter('acme')).toThrow('in your name');
  opened[0]?.close();
  readers.enter('acme')();
  // Where nobody signs in, there is but the one bound.
  for (let i = streams.count; i < 4_999; i += 1) open(undefined);
  expect(() => readers.enter(undefined)).toThrow('another region');
  streams.stop();
});
