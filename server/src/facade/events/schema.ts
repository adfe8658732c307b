/** An event, as readers and webhooks get it: the envelope of CloudEvents 1.0. */
import { z } from 'zod';
import { EVENT_TYPES } from '../../events/catalogue.ts';
import { TEST_EVENT_TYPE } from '../../webhooks/test-event.ts';

const envelope = {
  specversion: z.literal('1.0'),
  id: z.string().meta({ description: 'The position in the feed.' }),
  source: z.string(),
  type: z.enum(EVENT_TYPES),
  subject: z.string(),
  time: z.iso.datetime(),
  datacontenttype: z.literal('application/json'),
  dataschema: z.string(),
  data: z.record(z.string(), z.unknown()),
};
export const eventSchema = z.object(envelope).meta({ id: 'Event' });

/** Of what is sent to try an endpoint; the feed has none of these. */
export const testEventSchema = z
  .object({
    ...envelope,
    id: z.string().meta({ description: 'Of this attempt: it is no position in the feed.' }),
    type: z.literal(TEST_EVENT_TYPE),
    subject: z.string().meta({ description: 'The endpoint.' }),
    data: z.object({ webhook: z.string() }),
  })
  .meta({ id: 'TestEvent' });
