/** What is sent to try an endpoint: an event like any other, that is in no feed. */
import { EVENT_SOURCE } from '../events/event.ts';

export const TEST_EVENT_TYPE = 'webhook.test';

export function testEvent(id: string, endpoint: string, time: Date) {
  return {
    specversion: '1.0',
    id,
    source: EVENT_SOURCE,
    type: TEST_EVENT_TYPE,
    subject: endpoint,
    time: time.toISOString(),
    datacontenttype: 'application/json',
    dataschema: `https://tallystick.dev/events/${TEST_EVENT_TYPE}/1`,
    data: { webhook: endpoint },
  } as const;
}
