/** Products as clients see them. */
import { isSku, parseGtin, QUANTITY_MAX } from '@tallystick/crdt';
import { currencyCode, words } from '@tallystick/store-agent';
import { z } from 'zod';

const LOCALE = '^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$';

export const skuSchema = z.string().refine(isSku, 'must be 1 to 64 visible characters').meta({
  description: 'Stable name of an article: 1 to 64 visible characters.',
  minLength: 1,
  maxLength: 64,
});

const texts = (most: number) =>
  z
    .record(
      z.string().regex(new RegExp(LOCALE), 'a language tag such as en or de-CH'),
      words(most, 4 * most).min(1),
    )
    .meta({ examples: [{ en: 'Desk lamp', 'de-CH': 'Pultlampe' }] });

const barcode = z
  .string()
  .refine((text) => parseGtin(text).ok, 'must be a GTIN of 8, 12, 13 or 14 digits with a right check digit')
  .transform((text) => {
    const read = parseGtin(text);
    return read.ok ? (read.gtin as string) : text;
  })
  .meta({ description: 'A GTIN; kept as 14 digits.', pattern: '^[0-9]{8,14}$' });
const barcodes = z.array(barcode).max(20).default([]);

const unitName = z
  .string()
  .min(1)
  .max(32)
  .meta({ examples: ['piece'] });
const amountMinor = z.int().min(0);

const fields = {
  names: texts(300).refine((names) => Object.keys(names).length > 0, 'at least one name is needed'),
  descriptions: texts(4_000).optional(),
  baseUnit: unitName.default('piece').meta({
    description: 'What one unit of stock is. It can never be changed.',
  }),
  units: z
    .array(
      z.strictObject({
        unit: unitName,
        basePerUnit: z
          .int()
          .min(1)
          .max(QUANTITY_MAX)
          .meta({ description: 'Base units in one of it, exactly.' }),
        barcodes,
      }),
    )
    .max(20)
    .default([])
    .meta({ description: 'Other units in which it is sold, such as a case of 12.' }),
  barcodes,
  prices: z.record(currencyCode, amountMinor).meta({
    description: 'By ISO 4217 currency, in whole minor units: 995 is 9.95.',
    examples: [{ EUR: 995 }],
  }),
  taxRateBp: z.int().min(0).max(100_000).default(0).meta({ description: 'In basis points: 1900 is 19 %.' }),
  taxIncluded: z.boolean().default(true).meta({ description: 'Whether prices include the tax.' }),
};

export const newProduct = z.strictObject({ sku: skuSchema, ...fields }).meta({ id: 'NewProduct' });
export const replacementProduct = z.strictObject(fields).meta({ id: 'ReplacementProduct' });

/** RFC 7396: what is named is replaced, null takes a field out. Checked again as a whole where it is merged. */
export const productPatch = z
  .strictObject({
    names: z.record(z.string(), words(300, 1_200).nullable()).optional(),
    descriptions: z.record(z.string(), words(4_000, 16_000).nullable()).nullable().optional(),
    units: fields.units.unwrap().optional(),
    barcodes: z.array(barcode).max(20).optional(),
    prices: z.record(z.string(), amountMinor.nullable()).superRefine(givesCurrencies).optional(),
    taxRateBp: fields.taxRateBp.unwrap().optional(),
    taxIncluded: z.boolean().optional(),
    status: z.enum(['active', 'discontinued']).optional(),
  })
  .meta({ id: 'ProductPatch' });

/** One that was there before may be taken out, whatever it is called. */
function givesCurrencies(prices: Readonly<Record<string, number | null>>, context: z.RefinementCtx): void {
  for (const [code, amount] of Object.entries(prices)) {
    const issue = amount === null ? undefined : currencyCode.safeParse(code).error?.issues[0];
    if (issue !== undefined) context.addIssue({ code: 'custom', path: [code], message: issue.message });
  }
}

export const productSchema = z
  .object({
    sku: z.string(),
    names: z.record(z.string(), z.string()),
    descriptions: z.record(z.string(), z.string()),
    baseUnit: z.string(),
    units: z.array(z.object({ unit: z.string(), basePerUnit: z.int(), barcodes: z.array(z.string()) })),
    barcodes: z.array(z.string()),
    prices: z.record(z.string(), z.int()),
    taxRateBp: z.int(),
    taxIncluded: z.boolean(),
    status: z.enum(['active', 'discontinued']),
  })
  .meta({ id: 'Product' });

export type ProductJson = z.output<typeof productSchema>;
