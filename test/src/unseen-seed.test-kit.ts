/**
 * The first of some seeds that nobody has tried yet, other ones at each run. Where a CI decides it is the
 * same each time: one commit has one outcome there, and whatever new seeds find is found before.
 */
export function unseenSeed(): number {
  return 1_000_000 + (process.env.CI ? 0 : Math.floor(Math.random() * 1_000_000_000));
}
