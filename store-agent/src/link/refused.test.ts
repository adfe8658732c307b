import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readAgentConfig } from '../config.ts';
import { openIdentity } from '../identity.ts';
import { TestRoot, until } from '../root.test-kit.ts';
import { serveAgent } from '../serve.ts';

test('a replica that is refused says why in its status, and goes on by itself once it is let in', async () => {
  const root = new TestRoot();
  await root.start();
  onTestFinished(() => root.stop());
  const folder = root.addShop('late');
  const { location, ...record } = { id: 'late', kind: 'store', parent: 'authority', location: 'late' };
  const key = Buffer.from(openIdentity(join(folder, 'identity.pem')).publicKey).toString('base64');
  root.put('replica', 'late', { ...record, location, publicKey: key, status: 'expected' });
  const late = await serveAgent(readAgentConfig(folder, { logLevel: 'silent' }));
  try {
    const parent = () => late.agent.host.parent;
    await until(() => /not enrolled/.test(parent()?.why ?? ''), 'the reason is known');
    const status = (await (await fetch(`${late.url}/v1/status`)).json()) as { parent: { why: string } };
    expect(status.parent.why).toBe('refused by the parent: late is not enrolled here.');
    root.put('replica', 'late', { ...record, location, publicKey: key, status: 'enrolled' });
    await until(() => parent()?.state === 'up', 'it is let in');
  } finally {
    await late.stop();
  }
});
