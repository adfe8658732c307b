/** Currencies: how many decimals the minor unit of an ISO 4217 code stands for. */

const CODE = /^[A-Z]{3}$/;

/** ISO 4217 gives nearly every currency two decimals; these are all the others that are in use. */
const EXPONENTS: Readonly<Record<string, number>> = {
  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  ISK: 0,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  PYG: 0,
  RWF: 0,
  UGX: 0,
  UYI: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
  BHD: 3,
  IQD: 3,
  JOD: 3,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  TND: 3,
  CLF: 4,
  UYW: 4,
};

/** Only the shape is checked: codes come and go, and an old journal must stay readable. */
export function isCurrencyCode(text: string): boolean {
  return CODE.test(text);
}

/** Decimals of the minor unit: 2 for EUR (cents), 0 for JPY, 3 for KWD. */
export function currencyExponent(currency: string): number {
  return Object.hasOwn(EXPONENTS, currency) ? (EXPONENTS[currency] as number) : 2;
}
