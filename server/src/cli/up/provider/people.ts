/** The people of a fleet on one machine: made once, with passwords, in a file that only its owner can read. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '@tallystick/store-agent';
import { exportJWK, generateKeyPair } from 'jose';
import { z } from 'zod';

/** Who there is to try things as. Their names are their roles. */
export const PEOPLE = ['operator', 'manager', 'auditor'] as const;

const fileSchema = z.strictObject({
  /** Of the provider: it signs what it says of people. */
  signingKey: z.record(z.string(), z.unknown()),
  cookieKey: z.string(),
  people: z.array(z.strictObject({ name: z.enum(PEOPLE), password: z.string() })),
});
export type FleetPeople = z.output<typeof fileSchema>;

/** How a region calls itself at the provider, by which `up` also knows its own settings from somebody's own. */
export function clientIdOf(region: string): string {
  return `tallystick-up-${region}`;
}

export const PEOPLE_FILE = 'people.json';

/** @throws ConfigError for a file that cannot be read: who is in it would be locked out. */
export async function fleetPeople(dataDir: string): Promise<FleetPeople> {
  const path = join(dataDir, PEOPLE_FILE);
  try {
    return fileSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      throw new ConfigError(`${path} cannot be read. Delete it: people get new passwords then.`);
  }
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const made: FleetPeople = {
    signingKey: { ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig' },
    cookieKey: randomBytes(32).toString('base64url'),
    people: PEOPLE.map((name) => ({ name, password: randomBytes(9).toString('base64url') })),
  };
  writeFileSync(path, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
  return made;
}

/** Whether somebody has this name and password; it takes as long for a name that nobody has. */
export function isSomebody({ people }: FleetPeople, name: string, password: string): boolean {
  const known = people.find((one) => one.name === name);
  const [said, is] = [password, known?.password ?? ''].map((text) =>
    createHash('sha256').update(text).digest(),
  ) as [Buffer, Buffer];
  return timingSafeEqual(said, is) && known !== undefined;
}
