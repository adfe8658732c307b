/** Processor time of processes, as Linux counts it. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Case } from './bench.ts';

/** Linux counts in hundredths of a second on every machine that Node runs on. */
const TICK_MS = 10;

interface Stat {
  readonly parent: number;
  readonly ownMs: number;
  /** Of children that have ended. */
  readonly childrenMs: number;
}

/** Undefined where the system does not tell. */
export function cpuMsOf(pid: number): number | undefined {
  return statOf(pid)?.ownMs;
}

/** Of a process with all its children, those that have ended included: a Postgres server. */
export function cpuMsOfTree(pid: number): number | undefined {
  const root = statOf(pid);
  if (root === undefined) return undefined;
  let ms = root.ownMs + root.childrenMs;
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : undefined;
    if (stat?.parent === pid) ms += stat.ownMs;
  }
  return ms;
}

/** A case that also tells what a thing done costs the processor, in the process that serves it and in the load's. */
export function withProcessorTime(one: Case, server: number, load: number): Case {
  return {
    ...one,
    round: async (seconds) => {
      const before = [cpuMsOf(server), cpuMsOf(load)] as const;
      const round = await one.round(seconds);
      const after = [cpuMsOf(server), cpuMsOf(load)] as const;
      const micros = (i: 0 | 1) =>
        (1_000 * ((after[i] ?? Number.NaN) - (before[i] ?? Number.NaN))) / ((round.perSecond ?? 0) * seconds);
      const [serverMicros, loadMicros] = [micros(0), micros(1)];
      return Number.isFinite(serverMicros + loadMicros) ? { ...round, serverMicros, loadMicros } : round;
    },
  };
}

function statOf(pid: number): Stat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The name in brackets may hold anything; what follows it are numbers.
  const [, parent, ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = (at: number) => Number(rest[at]);
  return {
    parent: Number(parent),
    ownMs: (ticks(9) + ticks(10)) * TICK_MS,
    childrenMs: (ticks(11) + ticks(12)) * TICK_MS,
  };
}

/** Resident memory in MiB: now, and the most it ever was. */
export function memoryOf(pid: number): { readonly nowMiB: number; readonly mostMiB: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]);
    return { nowMiB: kib('VmRSS') / 1024, mostMiB: kib('VmHWM') / 1024 };
  } catch {
    return undefined;
  }
}
