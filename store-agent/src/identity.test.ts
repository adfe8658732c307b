/** The key of a replica: made once, and never again behind its operator's back. */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readAgentConfig } from './config.ts';
import { openIdentity } from './identity.ts';
import { TestRoot, until } from './root.test-kit.ts';
import { serveAgent } from './serve.ts';

let root: TestRoot;
let folder: string;

const open = () => serveAgent(readAgentConfig(folder, { logLevel: 'silent' }));

beforeEach(async () => {
  root = new TestRoot();
  await root.start();
  folder = root.addShop('berlin');
  const shop = await open();
  await until(() => shop.agent.unready() === undefined, 'the shop is ready');
  await shop.stop();
});
afterEach(() => root.stop());

test('a replica whose key is missing beside its journal says so, and makes none', async () => {
  const key = join(folder, 'identity.pem');
  const aside = join(folder, 'kept.pem');
  renameSync(key, aside);
  await expect(open()).rejects.toThrow(
    `${key}, the private key of this replica, is missing, though its journal is there. Put the file back from where it was ` +
      'kept, or ask for a new code and enrol the replica anew in this folder: tallystick-agent enroll.',
  );
  expect(existsSync(key)).toBe(false);
  renameSync(aside, key);
  await (await open()).stop();
});

test('enrolling it anew makes one, with which it starts again', async () => {
  const key = join(folder, 'identity.pem');
  rmSync(key);
  openIdentity(key);
  await (await open()).stop();
});
