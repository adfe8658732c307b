/** Events on their way through the tree: a call carries 2 MiB, in whatever alphabet events are written. */
import { expect, test } from 'vitest';
import { EVENT_SOURCE, held } from './event.ts';
import { fromWire, toWire } from './wire-events.ts';

const CALL_BYTES_MAX = 2 * 1024 * 1024;

test.each(['a', 'ü', '商', '"', '\\'])(
  'what is sent at once fits into a call, of events full of %s',
  (letter) => {
    const events = Array.from({ length: 1_000 }, (_, i) =>
      held({
        specversion: '1.0',
        id: String(i + 1),
        source: EVENT_SOURCE,
        type: 'stock.lost',
        subject: '',
        time: '',
        datacontenttype: 'application/json',
        dataschema: '',
        data: { reason: letter.repeat(2_000) },
      }),
    );
    const sent = toWire(events, 1_000);
    expect(Buffer.byteLength(JSON.stringify(sent))).toBeLessThan(CALL_BYTES_MAX);
    expect(sent.events.length).toBeGreaterThan(100);
    expect(fromWire(JSON.parse(JSON.stringify(sent)))).toEqual({
      events: events.slice(0, sent.next),
      next: sent.events.length,
    });
  },
);
