/** Ids of transactions: changes name the last 32 bits alone, snapshots all 64, and after four thousand million of them the 32 begin again. */

const BITS = 32;

/** The one with these last 32 bits that is nearest to another: right within two thousand million transactions of it. */
export function fullXid(low: number, near: bigint): bigint {
  return near + BigInt.asIntN(BITS, BigInt(low) - near);
}
