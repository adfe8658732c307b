/** All load of a bench comes from one address: limits are asked, and never reached. */
const ENOUGH = { perSecond: 1_000_000, burst: 1_000_000 };

export const ONE_ADDRESS = { rates: { read: ENOUGH, write: ENOUGH, bulk: ENOUGH } };
