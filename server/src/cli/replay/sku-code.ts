/** Stock codes of the file as SKUs of the product: 1 to 64 visible characters without spaces. */
import { isSku } from '@tallystick/crdt';

/**
 * `BANK CHARGES` becomes `BANK%20CHARGES`. Percent signs are written the same way, so that two codes
 * of the file never become one SKU. Answers undefined where no SKU can be made.
 */
export function skuOfCode(code: string): string | undefined {
  const trimmed = code.trim();
  const sku = /[\s%]/.test(trimmed) ? trimmed.replace(/[\s%]/gu, encodeURIComponent) : trimmed;
  return isSku(sku) ? sku : undefined;
}
