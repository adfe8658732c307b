/** The Postgres server that the authority started: found by its own file, killed or frozen with all its children. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export class PostgresProcess {
  readonly #folder: string;

  constructor(authorityFolder: string) {
    this.#folder = join(authorityFolder, 'postgres');
  }

  /** The postmaster's number; undefined while none runs. */
  get pid(): number | undefined {
    try {
      const pid = Number(readFileSync(join(this.#folder, 'postmaster.pid'), 'utf8').split('\n')[0]);
      // The file outlives a crash, and its number may belong to another program by now.
      return pid > 1 && commandOf(pid).includes(this.#folder) ? pid : undefined;
    } catch {
      return undefined;
    }
  }

  /** Its children notice that it is gone and end. @returns the number that was killed. */
  kill(): number | undefined {
    const { pid } = this;
    if (pid === undefined) return undefined;
    send(pid, 'SIGKILL');
    return pid;
  }

  /** Sessions of their own do not stop with the postmaster: each is a process. */
  freeze(forMs: number): boolean {
    const { pid } = this;
    if (pid === undefined) return false;
    const frozen = [pid, ...childrenOf(pid)];
    for (const one of frozen) send(one, 'SIGSTOP');
    setTimeout(() => {
      for (const one of frozen) if (commandOf(one).includes('postgres')) send(one, 'SIGCONT');
    }, forMs);
    return true;
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself in this moment: so be it.
  }
}

function commandOf(pid: number): string {
  return read(`/proc/${pid}/cmdline`);
}

function childrenOf(pid: number): number[] {
  return read(`/proc/${pid}/task/${pid}/children`).trim().split(' ').filter(Boolean).map(Number);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
