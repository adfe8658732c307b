/** Live carts of a region: their file, the carts in memory, and the door for y-websocket clients. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Agent } from '@tallystick/store-agent';
import type { FastifyInstance } from 'fastify';
import { CartFile } from './cart-file.ts';
import { Carts } from './carts.ts';
import { liveDoor } from './door.ts';
import { Hints } from './hints.ts';

/** Beside the journal, and of no use without it: an order that a cart became is in the journal alone. */
const CARTS_FILE = 'carts.db';

export interface OpenCarts {
  readonly carts: Carts;
  readonly file: CartFile;
  readonly hints: Hints;
}

/** @throws JournalError where the disk does not give what carts need */
export function openLiveCarts(app: FastifyInstance, agent: Agent): OpenCarts {
  const file = new CartFile(join(agent.dataDir, CARTS_FILE));
  const regionClient = randomBytes(4).readUInt32BE();
  const carts = new Carts({ file, log: agent.log, regionClient, nowMs: () => Date.now() });
  const hints = new Hints((id) => carts.opened(id));
  carts.whenChanged((id) => hints.edited(id));
  agent.levels.whenNews((skus) => hints.levelsChanged(skus));
  const open = { carts, file, hints };
  liveDoor(app, agent, open);
  app.addHook('onClose', (_app, done) => {
    hints.close();
    carts.close();
    done();
  });
  return open;
}
