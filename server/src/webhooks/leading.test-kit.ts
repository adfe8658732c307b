/** A process of the authority, to be killed: it reads the feed, and leads where nobody else does. */
import { createLog } from '@tallystick/store-agent';
import { Authority } from '../authority/authority.ts';
import { Vault } from '../authority/vault.ts';

const [databaseUrl = '', dataDir = '', key = ''] = process.argv.slice(2);
const authority = await Authority.open({
  databaseUrl,
  dataDir,
  log: createLog('authority', 'silent'),
  resendMs: 100,
  vault: new Vault([Buffer.from(key, 'hex')]),
  allowLoopbackWebhooks: true,
});
authority.start();
