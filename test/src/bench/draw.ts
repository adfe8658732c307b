/**
 * Draws the curves of docs/performance.md from what `npm run bench -- --json` said:
 *
 *   npm run bench --silent -- spread start scale --json > figures.jsonl
 *   npm run bench:draw --silent -- figures.jsonl docs
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Chart, chartSvg } from './chart.ts';
import type { JsonLine } from './report.ts';

const [from, to] = process.argv.slice(2);
if (from === undefined || to === undefined)
  throw new Error('Name the file of figures, and the folder for the pictures.');

const lines = readFileSync(from, 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('{'))
  .map((line) => JSON.parse(line) as JsonLine);

type Figure = 'perSecond' | 'p50Ms' | 'p99Ms';

/** @throws where the figures lack it. */
function figure(bench: string, name: string, which: Figure): number {
  const found = lines.find((line) => line.bench === bench && line.case === name)?.[which];
  if (typeof found !== 'number') throw new Error(`${from} does not have ${which} of ${bench}, ${name}.`);
  return found;
}

const costUs = (name: string) => 1_000_000 / figure('scale', name, 'perSecond');
const rates = ['10', '100', '1000'];
const sizes = ['1k-pools-10k-entries', '10k-pools-100k-entries', '100k-pools-1000k-entries'];

const charts: Readonly<Record<string, Chart>> = {
  'scale-children': {
    title: 'Cost of a sale by children (µs of processor time)',
    xs: ['1', '10', '100'],
    xLabel: 'children, 10,000 SKUs',
    lines: [
      {
        name: 'authority + Postgres',
        ys: [1, 10, 100].map((children) => costUs(`${children}-children-10k-skus`)),
      },
    ],
  },
  'scale-skus': {
    title: 'Cost of a sale by SKUs (µs of processor time)',
    xs: ['1,000', '10,000', '100,000'],
    xLabel: 'SKUs, 10 children',
    lines: [
      { name: 'authority + Postgres', ys: [1, 10, 100].map((skus) => costUs(`10-children-${skus}k-skus`)) },
    ],
  },
  spread: {
    title: 'From a sale to the level in another region (ms)',
    xs: rates,
    xLabel: 'sales a second',
    lines: [
      { name: 'half of them', ys: rates.map((rate) => figure('spread', `${rate}-a-second`, 'p50Ms')) },
      { name: '99 of 100', ys: rates.map((rate) => figure('spread', `${rate}-a-second`, 'p99Ms')) },
    ],
  },
  start: {
    title: 'From the start of an agent to its first sale (ms)',
    xs: ['10,000', '100,000', '1,000,000'],
    xLabel: 'entries in the journal, a tenth as many pools',
    lines: [{ name: 'first sale', ys: sizes.map((size) => figure('start', size, 'p50Ms')) }],
  },
};
for (const [name, chart] of Object.entries(charts))
  writeFileSync(join(to, `performance-${name}.svg`), chartSvg(chart));
