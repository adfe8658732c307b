/** Redis beside us, where it is installed: started for the bench, every write flushed before it is answered. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { untilItWorks } from '../chaos/fleet.ts';
import type { Place } from './bench.ts';
import { command, SELL_SCRIPT } from './redis-protocol.ts';
import { OPENING_UNITS, skuNames, type Trade } from './trade.ts';

const UP_MS = 20_000;
const SETTINGS = [
  '--appendonly',
  'yes',
  '--appendfsync',
  'always',
  '--save',
  '',
  '--auto-aof-rewrite-percentage',
  '0',
];

/** @returns the port and what it is; undefined where there is no redis-server on the PATH. */
export async function openRedis(
  place: Place,
  trade: Trade,
): Promise<{ port: number; note: string } | undefined> {
  const version = spawnSync('redis-server', ['--version'], { encoding: 'utf8' }).stdout?.match(
    /v=(\S+)/,
  )?.[1];
  if (version === undefined) return undefined;
  const dir = join(place.folder, 'redis');
  mkdirSync(dir);
  // It takes no "any free port": one is drawn, and another if somebody has it.
  const port = 20_000 + Math.floor(process.pid % 20_000);
  const flags = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, ...SETTINGS];
  const child = spawn('redis-server', flags, { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  place.atEnd(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  const stock = skuNames(trade).flatMap((sku) => [sku, String(OPENING_UNITS)]);
  await untilItWorks('Redis answers', UP_MS, () => say(port, command('mset', ...stock)));
  await say(port, command('script', 'load', SELL_SCRIPT));
  return {
    port,
    note: `Redis ${version}, appendonly yes, appendfsync always, one Lua script, 32 connections`,
  };
}

/** @throws where it does not answer, or with an error. */
function say(port: number, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.once('error', reject);
    socket.once('data', (chunk: Buffer) => {
      socket.destroy();
      if (chunk.toString('utf8').startsWith('-')) reject(new Error(chunk.toString('utf8')));
      else resolve();
    });
  });
}
