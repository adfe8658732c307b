/** Prices as decimal text become whole minor units without ever being a floating-point number. */

/** What the product's order lines can carry: 2^31 − 1 minor units. */
const PRICE_MINOR_MAX = 2_147_483_647;
const DECIMAL = /^(-?)(\d{1,12})(?:\.(\d{0,20}))?$/;

/** `2.55` is 255. Past the second digit it rounds half to even: 0.125 is 12, 0.135 is 14. Text that is no price: undefined. */
export function minorOfDecimal(text: string): number | undefined {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = ''] = match;
  const cents = Number(whole) * 100 + Number(fraction.slice(0, 2).padEnd(2, '0'));
  const minor = cents + (roundsUp(fraction.slice(2), cents) ? 1 : 0);
  if (minor > PRICE_MINOR_MAX) return undefined;
  return sign === '-' && minor > 0 ? -minor : minor;
}

function roundsUp(rest: string, cents: number): boolean {
  const first = rest.charCodeAt(0) - 48;
  if (rest === '' || first < 5) return false;
  if (first > 5 || /[1-9]/.test(rest.slice(1))) return true;
  return cents % 2 === 1;
}
