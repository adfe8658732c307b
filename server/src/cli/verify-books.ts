/** `tallystick verify`: reads every chain in the books from its first entry and folds every row anew (D5, D6). */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ConfigError, readOptions } from '@tallystick/store-agent';
import { type Anchor, verifyAudit } from '../authority/audit.ts';
import { startEmbedded } from '../authority/postgres/embedded.ts';
import { openPool } from '../authority/postgres/pool.ts';
import { verifyChains } from '../authority/verify.ts';
import { DATABASE_URL_FILE, sayPlainly } from './run-authority.ts';

export async function verifyBooks(args: readonly string[]): Promise<number> {
  const values = readOptions(args, {
    data: { type: 'string' },
    database: { type: 'string' },
    head: { type: 'string' },
    json: { type: 'boolean' },
  });
  const kept = values.head === undefined ? [] : [keptHead(values.head)];
  const home = join(resolve(values.data ?? '.tallystick'), 'authority');
  const url = values.database ?? process.env.DATABASE_URL ?? (await runningBooks(home));
  const folder = join(home, 'postgres');
  if (url === undefined && !existsSync(folder)) {
    throw new ConfigError(
      `There are no books in ${folder}. Name the fleet’s folder with --data DIR, or set DATABASE_URL.`,
    );
  }
  // Where the fleet runs, its Postgres runs too; otherwise it is started for this.
  const embedded = url === undefined ? await startEmbedded({ folder }).catch(sayPlainly) : undefined;
  try {
    const pool = await openPool(url ?? (embedded?.url as string));
    try {
      const trail = await verifyAudit(pool, kept);
      const chains = await verifyChains(pool, trail.heads);
      const report = {
        ...chains,
        trail: trail.entries,
        head: `${trail.head.seq}:${trail.head.hash}`,
        problems: [...trail.problems, ...chains.problems],
      };
      if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
      else {
        for (const problem of report.problems) process.stdout.write(`  ${problem}\n`);
        const verdict =
          report.problems.length === 0
            ? 'whole: every chain and every row is as it was written'
            : 'NOT whole';
        process.stdout.write(
          `${report.entries} entries of ${report.writers} writers, ${report.trail} of the trail: ${verdict}\n` +
            `Keep the trail’s head somewhere else, and name it the next time: --head ${report.head}\n`,
        );
      }
      return report.problems.length === 0 ? 0 : 1;
    } finally {
      await pool.end();
    }
  } finally {
    await embedded?.stop();
  }
}

/** @throws ConfigError where it is no head of a trail */
function keptHead(text: string): Anchor {
  const [, seq, hash] = /^([1-9]\d{0,14}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (seq === undefined || hash === undefined)
    throw new ConfigError(
      '--head takes a head as an earlier run printed it, SEQ:HASH, the hash in 64 hexadecimal digits.',
    );
  return { seq: Number(seq), hash };
}

/** The books of a fleet that runs now; undefined where none answers. */
async function runningBooks(home: string): Promise<string | undefined> {
  try {
    const url = readFileSync(join(home, DATABASE_URL_FILE), 'utf8').trim();
    const pool = await openPool(url);
    await pool.end();
    return url;
  } catch {
    return undefined;
  }
}
