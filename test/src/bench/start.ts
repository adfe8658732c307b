/** start: a till is switched on: how long until its first sale, and what does it take up? */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { AGENT } from '../chaos/fleet.ts';
import { request } from '../chaos/http.ts';
import type { Bench, Case, Place, Round } from './bench.ts';
import { memoryOf } from './cpu.ts';
import { startHelper } from './helper.ts';
import { orderId } from './http-request.ts';
import type { MakeShop } from './processes/old-shop.ts';
import type { Target } from './target.ts';
import { skuName } from './trade.ts';

interface Size {
  readonly pools: number;
  readonly entries: number;
}

const SIZES: readonly Size[] = [
  { pools: 1_000, entries: 10_000 },
  { pools: 10_000, entries: 100_000 },
  { pools: 100_000, entries: 1_000_000 },
];
const LARGEST = startName(SIZES.at(-1) as Size);
const UP_MS = 60_000;
/** As the fleet starts it. */
const NODE_FLAGS = ['--max-semi-space-size=4'];

function startName({ pools, entries }: Size): string {
  return `${pools / 1_000}k-pools-${entries / 1_000}k-entries`;
}

async function open(place: Place): Promise<Case[]> {
  const cases: Case[] = [];
  for (const size of SIZES) {
    const folder = join(place.folder, startName(size));
    place.say(`start: making ${startName(size)}`);
    await startHelper(place, './processes/old-shop.ts').ask('make', { folder, ...size } satisfies MakeShop);
    cases.push({
      name: startName(size),
      note: `${size.pools} pools with goods, ${size.entries} entries; from the start of the process until the receipt of a sale over HTTP`,
      round: () => firstSale(place, folder),
    });
  }
  return cases;
}

let sales = 0;

async function firstSale(place: Place, folder: string): Promise<Round> {
  const args = [
    ...NODE_FLAGS,
    ...place.nodeFlags,
    AGENT,
    'run',
    '--data',
    folder,
    '--port',
    '0',
    '--json',
    '--log',
    'error',
  ];
  const startMs = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  try {
    const port = await listening(child);
    sales += 1;
    const body = { id: orderId('0'.repeat(24), sales), lines: [{ sku: skuName(0), quantity: 1 }] };
    const sold = await request(port, 'POST', '/v1/sales', body, UP_MS);
    if (sold.status !== 201) throw new Error(`${sold.status} ${JSON.stringify(sold.body)}`);
    const ms = performance.now() - startMs;
    const memory = memoryOf(child.pid as number);
    const note = memory && `${memory.nowMiB.toFixed(0)} MiB after it, ${memory.mostMiB.toFixed(0)} at most`;
    return { p50Ms: ms, ...(note === undefined ? {} : { note }) };
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

function listening(child: ReturnType<typeof spawn>): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.once('exit', (code) => reject(new Error(`The agent ended with ${code}.`)));
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
      const end = said.indexOf('\n');
      if (end >= 0) resolve(Number(new URL((JSON.parse(said.slice(0, end)) as { url: string }).url).port));
    });
  });
}

const inTime: Target = {
  text: `ms until the first sale, ${LARGEST}`,
  bound: 2_000,
  is: 'at most',
  value: (results) => results.get(LARGEST)?.p50Ms?.median,
};

export const start: Bench = {
  name: 'start',
  about: 'a shop is switched on: time until its first sale, and memory',
  rounds: 3,
  seconds: 1,
  open,
  targets: [inTime],
};
