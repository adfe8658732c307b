/** Report: the results as a table for people, or as one object a line for programs. */
import type { Absent } from './bench.ts';
import type { Spread } from './figures.ts';
import { isMet, type Result, type Target } from './target.ts';

/** One line of `--json`. */
export interface JsonLine {
  readonly bench: string;
  readonly case: string;
  readonly perSecond: number | null;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly note: string;
}

export function jsonLines(bench: string, results: readonly Result[], absent: readonly Absent[]): JsonLine[] {
  return [
    ...results.map(({ name, perSecond, p50Ms, p99Ms, note }) => ({
      bench,
      case: name,
      perSecond: perSecond?.median ?? null,
      p50Ms: p50Ms?.median ?? null,
      p99Ms: p99Ms?.median ?? null,
      note,
    })),
    ...absent.map(({ name, absent: why }) => ({
      bench,
      case: name,
      perSecond: null,
      p50Ms: null,
      p99Ms: null,
      note: `absent: ${why}`,
    })),
  ];
}

const HEADINGS = ['case', 'a second', 'lowest to highest', 'p50 ms', 'p99 ms'];
/** Processor time for each thing done, where a bench tells it. */
const PROCESSOR_HEADINGS = ['server µs', 'load µs'];

/** The medians, with the lowest and the highest round beside the first. */
export function table(results: readonly Result[]): string {
  const isTold = results.some(({ serverMicros }) => serverMicros !== undefined);
  const headings = isTold ? [...HEADINGS, ...PROCESSOR_HEADINGS] : HEADINGS;
  const rows = results.map(({ name, perSecond, p50Ms, p99Ms, serverMicros, loadMicros }) => [
    name,
    perSecond === undefined ? '' : short(perSecond.median),
    perSecond === undefined ? '' : `${short(perSecond.min)} to ${short(perSecond.max)}`,
    median(p50Ms),
    median(p99Ms),
    ...(isTold ? [median(serverMicros), median(loadMicros)] : []),
  ]);
  const widths = headings.map((heading, i) =>
    Math.max(heading.length, ...rows.map((row) => row[i]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  return [line(headings), ...rows.map(line)].map((text) => `  ${text}\n`).join('');
}

export function notes(results: readonly Result[], absent: readonly Absent[]): string {
  const lines = results.map(({ name, note }) => `  ${name}: ${note}\n`);
  return [...lines, ...absent.map(({ name, absent: why }) => `  ${name}: absent: ${why}\n`)].join('');
}

export function targetLines(targets: readonly Target[], results: readonly Result[]): string {
  const byName = new Map(results.map((result) => [result.name, result]));
  return targets
    .map((target) => {
      const value = target.value(byName);
      const asked = `${target.is} ${target.bound}`;
      if (value === undefined) return `  ${target.text}: not measured (asked: ${asked})\n`;
      return `  ${target.text}: ${short(value)}, asked ${asked}: ${isMet(target, value) ? 'met' : 'MISSED'}\n`;
    })
    .join('');
}

function median(spread: Spread | undefined): string {
  return spread === undefined ? '' : short(spread.median);
}

/** Three digits that count, and thousands apart. */
export function short(n: number): string {
  if (Math.abs(n) >= 999.5) return Math.round(n).toLocaleString('en-US');
  return n
    .toPrecision(3)
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '');
}
