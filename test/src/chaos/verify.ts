/** The product's own auditors at the end: every chain from its first entry, every row folded anew (D5, D6). */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { AGENT, type Fleet, SERVER } from './fleet.ts';
import { TREE } from './tree.ts';

const run = promisify(execFile);
const BOUND_MS = 60_000;

/** @returns what is not whole, in words. The replicas must be down and the authority up. */
export async function verifyAll(fleet: Fleet): Promise<string[]> {
  const books = await verify('the books', [SERVER, 'verify', '--data', fleet.dataDir, '--json']);
  const problems = [...books];
  for (const { id } of TREE) {
    problems.push(...(await verify(id, [AGENT, 'verify', '--data', fleet.folder(id), '--json'])));
  }
  return problems;
}

async function verify(name: string, args: readonly string[]): Promise<string[]> {
  try {
    const { stdout } = await run(process.execPath, args, { timeout: BOUND_MS });
    const { entries } = JSON.parse(stdout) as { entries: number };
    return entries > 0 ? [] : [`${name} has no entries at all`];
  } catch (error) {
    const { stdout, message } = error as { stdout?: string; message: string };
    return [`${name}: ${stdout?.trim() || message}`];
  }
}
