/** Importer: sends a file of products as it is made, reads the results as they come, and watches the memory of who reads it. */
import { request } from 'node:http';
import { Readable } from 'node:stream';
import type { Round } from '../bench.ts';
import { memoryOf } from '../cpu.ts';
import { answer } from '../helper.ts';

export interface Import {
  readonly port: number;
  readonly pids: Readonly<Record<string, number>>;
  readonly products: number;
  /** Stands in every SKU, so that each round makes products of its own. */
  readonly series: string;
}

const ROWS_PER_WRITE = 200;
const SAMPLE_MS = 50;

let bytes = 0;

function* file({ products, series }: Import): Generator<Buffer> {
  for (let row = 0; row < products; row += ROWS_PER_WRITE) {
    let text = '';
    for (let i = row; i < Math.min(products, row + ROWS_PER_WRITE); i += 1) text += rowOf(series, i);
    const chunk = Buffer.from(text);
    bytes += chunk.length;
    yield chunk;
  }
}

function rowOf(series: string, i: number): string {
  const product = {
    sku: `${series}-${i}`,
    names: { en: `Desk lamp no. ${i}`, de: `Schreibtischlampe Nr. ${i}` },
    baseUnit: 'piece',
    units: [{ unit: 'case', basePerUnit: 12 }],
    prices: { EUR: 1_000 + (i % 9_000), USD: 1_200 + (i % 9_000) },
    taxRateBp: 1_900,
    taxIncluded: true,
  };
  return `${JSON.stringify(product)}\n`;
}

async function load(asked: Import): Promise<Round> {
  bytes = 0;
  const rss = () => Object.values(asked.pids).map((pid) => memoryOf(pid)?.nowMiB ?? Number.NaN);
  const startMs = performance.now();
  const before = rss();
  const samples: number[][] = [];
  const sampling = setInterval(() => samples.push(rss()), SAMPLE_MS);
  let last: Record<string, unknown>;
  try {
    last = await send(asked);
  } finally {
    clearInterval(sampling);
  }
  const seconds = (performance.now() - startMs) / 1_000;
  if (last.done !== true || last.created !== asked.products) throw new Error(JSON.stringify(last));
  const after = rss();
  const note = Object.keys(asked.pids).map((name, i) => {
    const at = (values: readonly number[] | undefined) => values?.[i]?.toFixed(0);
    const most = Math.max(...samples.map((sample) => sample[i] as number));
    return `${name} ${at(before)} MiB before, ${at(samples[samples.length >> 1])} in the middle, ${at(after)} after, ${most.toFixed(0)} at most`;
  });
  return {
    perSecond: asked.products / seconds,
    note: [`a file of ${(bytes / 2 ** 20).toFixed(0)} MiB`, ...note].join('; '),
  };
}

/** @returns the last line of the answer. */
function send(asked: Import): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port: asked.port,
        method: 'POST',
        path: '/v1/products/import',
        headers: { 'content-type': 'application/x-ndjson' },
      },
      (response) => {
        let rest = '';
        response.setEncoding('utf8');
        response.on('data', (text: string) => {
          // Only the last line is looked at: what became of each row is counted in it.
          rest = (rest + text).split('\n').slice(-2).join('\n');
        });
        response.on('error', reject);
        response.on('end', () => resolve(JSON.parse(rest.trim()) as Record<string, unknown>));
      },
    );
    sent.on('error', reject);
    Readable.from(file(asked)).pipe(sent);
  });
}

answer({ load });
