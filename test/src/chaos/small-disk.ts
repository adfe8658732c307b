/**
 * A disk under one till that can be full. Where this process may mount, it is a tmpfs of a few
 * megabytes with somebody else's file in it: a full disk as any other. Elsewhere the till's process
 * may not make a file longer for a while, which SQLite meets as a failed write.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Room for ten minutes of one till's journal, its log and twice the reserve. */
const MEGABYTES = 64;
const FILLER = 'somebody-elses-film';

export interface SmallDisk {
  readonly way: 'tmpfs' | 'file size limit';
  /** Nothing more can be written to it. @returns whether that could be done. */
  fill(): boolean;
  makeRoom(): void;
  unmount(): void;
}

/** @returns undefined where this machine has no way to do it. */
export function createSmallDisk(folder: string, pidOf: () => number | undefined): SmallDisk | undefined {
  mkdirSync(folder, { recursive: true });
  if (run('mount', ['-t', 'tmpfs', '-o', `size=${MEGABYTES}m`, 'tmpfs', folder])) return onTmpfs(folder);
  return run('prlimit', ['--version']) ? byFileSize(pidOf) : undefined;
}

function onTmpfs(folder: string): SmallDisk {
  const film = join(folder, FILLER);
  return {
    way: 'tmpfs',
    fill() {
      fillUp(film);
      return true;
    },
    makeRoom: () => rmSync(film, { force: true }),
    // Lazily: whoever still has a file open there keeps it until it is closed.
    unmount: () => {
      run('umount', ['-l', folder]);
    },
  };
}

/** Takes every byte that is left. */
function fillUp(path: string): void {
  const file = openSync(path, 'a');
  try {
    for (let bytes = 256 * 1024; bytes >= 1; ) {
      try {
        writeSync(file, Buffer.alloc(bytes, 1));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        bytes = Math.floor(bytes / 4);
      }
    }
  } finally {
    closeSync(file);
  }
}

/** The soft limit alone, so that it may be lifted again; Node ignores the signal that comes with it. */
function byFileSize(pidOf: () => number | undefined): SmallDisk {
  const limit = (size: string) => {
    const pid = pidOf();
    return pid !== undefined && run('prlimit', ['--pid', String(pid), `--fsize=${size}:`]);
  };
  return {
    way: 'file size limit',
    fill: () => limit('1'),
    makeRoom: () => {
      limit('unlimited');
    },
    unmount: () => undefined,
  };
}

function run(command: 'mount' | 'umount' | 'prlimit', args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}
