/** All load of a bench comes from one address: limits are asked, and never reached. */
export const ENOUGH = { perSecond: 1_000_000, burst: 1_000_000 };

/** Nobody signs in but where a bench is about that. */
export const ONE_ADDRESS = {
  auth: { signIn: 'off' as const },
  rates: { read: ENOUGH, write: ENOUGH, bulk: ENOUGH },
};
