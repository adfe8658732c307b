/** A code traded for an enrolment. */
import { Problem } from '@tallystick/store-agent';
import { z } from 'zod';
import { served } from './call.ts';

export const enrolCall = served({
  schema: z.strictObject({
    call: z.literal('enrol'),
    replica: z.string().max(64),
    code: z.string().max(128),
    publicKey: z.base64().max(200),
    parent: z.string().max(64),
  }),
  serve: async (authority, { call: _, ...ask }) => {
    const result = await authority.enrol(ask);
    if (!result.ok) throw new Problem(result.code, result.message);
    return result.value;
  },
});
