/** Personal data: what names a person. It never enters a journal, a log or a catalogue. */
import { z } from 'zod';
import { words } from '../words.ts';

export const personalData = z.strictObject({
  name: words(200, 800).min(1),
  email: z.email().max(254).optional(),
  phone: z
    .string()
    .regex(/^\+[1-9][0-9]{3,14}$/, 'must be in the form of E.164, such as +4930123456')
    .optional(),
  locale: z
    .string()
    .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'a language tag such as en or de-CH')
    .max(35)
    .optional(),
  address: z
    .strictObject({
      lines: z.array(words(200, 800).min(1)).min(1).max(5),
      postalCode: words(32, 128).min(1).optional(),
      city: words(200, 800).min(1),
      country: z.string().regex(/^[A-Z]{2}$/, 'must be two capital letters (ISO 3166-1)'),
    })
    .optional(),
});
