/** A region with carts and its parent, in one process: nobody trades, so the parent costs nothing. Started as a helper. */
import { regionRoutes } from '@tallystick/server/test-kit';
import { readAgentConfig, serveAgent } from '@tallystick/store-agent';
import { TestRoot, until } from '@tallystick/store-agent/test-kit';
import { answer } from '../helper.ts';

/** @returns its URL */
async function open(): Promise<string> {
  const root = new TestRoot();
  await root.start();
  const folder = root.addReplica('eu', 'region', 'authority', root.url, null);
  const region = await serveAgent(readAgentConfig(folder, { logLevel: 'error' }), regionRoutes);
  await until(() => region.agent.unready() === undefined, 'the region is ready');
  process.on('exit', () => root.remove());
  return region.url;
}

answer({ open });
