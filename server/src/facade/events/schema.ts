/** An event, as readers and webhooks get it: the envelope of CloudEvents 1.0. */
import { z } from 'zod';
import { EVENT_TYPES } from '../../events/catalogue.ts';

export const eventSchema = z
  .object({
    specversion: z.literal('1.0'),
    id: z.string().meta({ description: 'The position in the feed.' }),
    source: z.string(),
    type: z.enum(EVENT_TYPES),
    subject: z.string(),
    time: z.iso.datetime(),
    datacontenttype: z.literal('application/json'),
    dataschema: z.string(),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'Event' });
