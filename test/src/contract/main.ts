/**
 * node --conditions=tallystick-source --import=tsx test/src/contract/main.ts
 *   [--requests N] [--acts N] [--attempts N] [--seed S] [--json]
 *
 * Starts a town of its own (Postgres, authority, region, two keepers). First clients with bad lines
 * act there, and the books are compared with a plain model; then the walk through its OpenAPI document; then
 * one business client tries everything on another's things.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate, openPool, startEmbedded } from '@tallystick/server/test-kit';
import { commandLine } from '../command-line/command-line.ts';
import { type StoryTally, tellStory } from './story.ts';
import { Tenants, type TenantsTally } from './tenants.ts';
import { Town } from './town.ts';
import { Walk, type WalkTally } from './walk.ts';

/** After so many requests a call that never said both yes and no was not tested. */
const ENOUGH = 100;

const asked = commandLine(
  'npm run contract',
  'Walks through the OpenAPI document with valid, invalid and hostile requests, and compares the books with a plain model.',
  {
    requests: { about: 'of the walk', number: 20_000, from: 0 },
    acts: { about: 'of clients with bad lines, beside a model', number: 2_000, from: 0 },
    attempts: { about: "of one client on another's things", number: 5_000, from: 0 },
    seed: { about: 'another course of events', number: 1, from: 0 },
    json: { about: 'one object instead of the report' },
  },
);

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function printTable({ seed, requests, repeats, calls, statuses, findings }: WalkTally): void {
  print(`${'call'.padEnd(24)} accepted  refused`);
  for (const [id, { accepted, refused }] of Object.entries(calls))
    print(`${id.padEnd(24)} ${String(accepted).padStart(8)} ${String(refused).padStart(8)}`);
  print(
    `answers by status: ${Object.entries(statuses)
      .map(([status, n]) => `${status} × ${n}`)
      .join(', ')}`,
  );
  for (const { call, what, twists, times, curl } of findings)
    print(`FOUND  ${call}: ${what} (${times} times; ${twists.join(', ') || 'as it should be'})\n  ${curl}`);
  print(`seed ${seed}: ${requests} requests, ${repeats} of them again, ${findings.length} findings`);
}

function printStory({ seed, acts, lost, doubles, differences }: StoryTally): void {
  for (const [kind, { yes, no }] of Object.entries(acts))
    print(`${kind.padEnd(24)} ${String(yes).padStart(8)} ${String(no).padStart(8)}`);
  for (const difference of differences) print(`FOUND  ${difference}`);
  print(`seed ${seed}: ${lost} answers lost, ${doubles} doubles, ${differences.length} differences\n`);
}

function printTenants({ seed, attempts, calls, statuses, findings }: TenantsTally): void {
  const said = Object.entries(statuses).map(([status, n]) => `${status} × ${n}`);
  print(
    `\none client on another's things, in ${Object.keys(calls).length} ways; answers by status: ${said.join(', ')}`,
  );
  for (const finding of findings) print(`FOUND  ${finding}`);
  print(`seed ${seed}: ${attempts} attempts, ${findings.length} findings`);
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-contract-'));
  const settings = { fsync: 'off', full_page_writes: 'off' };
  const server = await startEmbedded({ folder: join(folder, 'postgres'), settings });
  try {
    const pool = await openPool(server.url);
    await migrate(pool);
    const town = await Town.open({ url: server.url, pool });
    const story = await tellStory(town, asked.seed, asked.acts);
    // Before the walk, which may owe all that will ever be received.
    const tenants = await Tenants.begin(town, asked.seed);
    const stolen = await tenants.go(asked.attempts);
    tenants.close();
    const walk = await Walk.begin(town, asked.seed);
    try {
      const tally = await walk.go(asked.requests);
      if (asked.json) print(JSON.stringify({ walk: tally, story, tenants: stolen }));
      else {
        printStory(story);
        printTable(tally);
        printTenants(stolen);
      }
      const calls = Object.entries(tally.calls);
      const silent = calls.filter(([, { accepted, refused }]) => accepted === 0 || refused === 0);
      if (tally.requests >= ENOUGH * calls.length && silent.length > 0) {
        process.stderr.write(`never accepted, or never refused: ${silent.map(([id]) => id).join(', ')}\n`);
        process.exitCode = 1;
      }
      if (tally.findings.length + story.differences.length + stolen.findings.length > 0) process.exitCode = 1;
    } finally {
      walk.close();
      await town.stop();
    }
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
