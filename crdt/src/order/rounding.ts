/** The one way in which money is rounded: half to even, from an exact fraction. */

/** `numerator / denominator` as a whole number; a tie goes to the even neighbour. */
export function divideHalfToEven(numerator: bigint, denominator: bigint): bigint {
  if (denominator <= 0n) throw new RangeError('A fraction is rounded over a positive denominator.');
  const quotient = numerator / denominator;
  const rest = numerator % denominator;
  const twice = rest < 0n ? -2n * rest : 2n * rest;
  const isUp = twice > denominator || (twice === denominator && quotient % 2n !== 0n);
  if (!isUp) return quotient;
  // BigInt division cuts towards zero, so the neighbour lies on the side of the sign.
  return numerator < 0n ? quotient - 1n : quotient + 1n;
}

/** The same value as a number, or undefined where a number would not be exact. */
export function exactNumber(value: bigint): number | undefined {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : undefined;
}
