/** Runs a program of ours from its sources, as a user would, and says what the user saw. */
import { type ChildProcess, spawn } from 'node:child_process';
import { vi } from 'vitest';

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export function start(
  main: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  const loader = ['--conditions=tallystick-source', '--import=tsx'];
  return spawn(process.execPath, [...loader, main, ...args], { env: { ...process.env, ...env } });
}

export function run(
  main: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = start(main, args, env);
    let out = '';
    let err = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      out += chunk.toString('utf8');
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      err += chunk.toString('utf8');
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, out, err }));
  });
}

/** Runs a command in this process: a second sooner, for one that ends by itself and waits for no signal. */
export async function runHere(command: () => Promise<number>): Promise<Ran> {
  let out = '';
  let err = '';
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      out += String(text);
      return true;
    }),
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      err += String(text);
      return true;
    }),
  ];
  try {
    const code = await command();
    return { code, out, err };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
