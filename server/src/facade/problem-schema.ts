/** What every error answer says. */
import { ERROR_CODES } from '@tallystick/crdt/wire';
import { z } from 'zod';

export const problemSchema = z
  .object({
    type: z.string().meta({ description: 'A page about this code.', format: 'uri' }),
    title: z.string().meta({ description: 'What to do about errors of this code.' }),
    status: z.int(),
    code: z
      .enum(ERROR_CODES as [string, ...string[]])
      .meta({ description: 'Stable: read this, not the words.' }),
    detail: z.string().meta({ description: 'What was wrong this time.' }),
    errors: z
      .array(z.object({ pointer: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'Where the request is wrong; JSON pointers into the body.' }),
    items: z
      .array(
        z.object({
          sku: z.string(),
          location: z.string(),
          requested: z.int(),
          available: z.int().meta({
            description: 'What is left there as far as this region knows; less than was asked.',
          }),
          reason: z.enum(['none_left', 'too_few_left']),
        }),
      )
      .optional()
      .meta({ description: 'Where stock is short, and what is left of it.' }),
  })
  .meta({ id: 'Problem' });
