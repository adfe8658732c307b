/**
 * What `postmaster.pid` says, and whether it is true.
 *
 * The file outlives a crash, and in a container the number in it soon belongs to
 * another program, so Postgres would refuse to start for ever. A server may also
 * outlive us, when we were killed and it was not. Both are told apart here.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Postmaster {
  readonly pid: number;
  readonly isReady: boolean;
}

export function readPostmaster(folder: string): Postmaster | undefined {
  const lines = readText(join(folder, 'postmaster.pid'))?.split('\n') ?? [];
  const pid = Number(lines[0]);
  // The eighth line is the server's state: starting, ready, stopping.
  return Number.isInteger(pid) && pid > 0 ? { pid, isReady: lines[7]?.trim() === 'ready' } : undefined;
}

export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Whether this number belongs to a Postgres server now. Where nobody can say, it is taken for one. */
export function isPostgres(pid: number): boolean {
  if (!isAlive(pid)) return false;
  const command = readText(`/proc/${pid}/cmdline`) ?? commandOf(pid);
  return command === undefined || /postgres/.test(command);
}

function commandOf(pid: number): string | undefined {
  try {
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return undefined;
  }
}

/** @returns false when the process still lives after that time. */
export async function waitForEnd(pid: number, waitMs: number): Promise<boolean> {
  for (let leftMs = waitMs; isAlive(pid); leftMs -= POLL_MS) {
    if (leftMs <= 0) return false;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return true;
}

/** Short beside a start (about 300 ms), long beside a look at a small file. */
export const POLL_MS = 20;
