/** Opens what a region keeps of its customers to itself, where it is told to, or did so before. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Agent } from '@tallystick/store-agent';
import type { FastifyInstance } from 'fastify';
import { Vault } from '../authority/vault.ts';
import { askAuthority } from '../facade/ask-authority.ts';
import { ResidentFile } from './resident-file.ts';
import { Residents } from './residents.ts';

/** Beside the journal, and backed up with it; the master key is not in the backup. */
const RESIDENTS_FILE = 'residents.db';
const TELL_EVERY_MS = 5_000;

/** Where the region's own master keys come from, in base64url, divided by commas, the current one first. */
export const MASTER_KEYS_VARIABLE = 'TALLYSTICK_REGION_MASTER_KEYS';

export interface OpenResidents {
  readonly residents: Residents;
  /** Whether new customers are kept here; else those alone who were before. */
  readonly takesNew: boolean;
}

/** @throws JournalError where the disk does not give what is needed; ConfigError where a master key is none */
export function openResidents(
  app: FastifyInstance,
  agent: Agent,
  masterKeys: string | undefined,
): OpenResidents | undefined {
  const path = join(agent.dataDir, RESIDENTS_FILE);
  const takesNew = agent.settings.customers.keptIn === 'region';
  if (!takesNew && !existsSync(path)) return undefined;
  const vault = Vault.open(agent.dataDir, masterKeys, (line) => agent.log.warn(line));
  const file = new ResidentFile(path, vault);
  const ask = (call: object) => askAuthority(agent, call);
  const residents = new Residents({ file, log: agent.log, takesNew, nowMs: () => Date.now(), ask });
  const look = () => {
    if (agent.host.parent?.state === 'up') void residents.tell();
  };
  const timer = setInterval(look, TELL_EVERY_MS);
  timer.unref();
  app.addHook('onClose', (_app, done) => {
    clearInterval(timer);
    file.close();
    done();
  });
  return { residents, takesNew };
}
