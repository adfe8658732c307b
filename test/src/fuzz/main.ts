/**
 * node --conditions=tallystick-source --import=tsx test/src/fuzz/main.ts
 *   [--seconds N] [--start S] [--json]        every door in turn, N seconds in all
 *   [--door NAME] [--seeds K]                 one door; K seeds instead of a time: a replay
 *
 * Each door runs in a process of its own, because a hang or a crash is a finding too. It
 * leaves the seed it is at in a file, so that the seed is known whatever becomes of it.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commandLine } from '../command-line/command-line.ts';
import { type Finding, runDoor } from './door.ts';
import { DOORS } from './doors.ts';

/** No case of any door takes a tenth of this, on the slowest machine. */
const HANG_MS = 20_000;
/** A case is looked after this often. */
const LOOK_EVERY_MS = 1_000;

interface Report {
  readonly door: string;
  readonly inputs: number;
  readonly refused: number;
  readonly accepted: number;
  readonly findings: readonly Finding[];
}

const asked = commandLine(
  'npm run fuzz',
  'Mutated bytes at every door that reads them, each in a process of its own.',
  {
    seconds: { about: 'in all', number: 60, from: 0 },
    start: { about: 'the first seed', number: 1, from: 0 },
    seeds: { about: 'so many instead of a time; 0 for a time', number: 0, from: 0 },
    door: { about: 'one door alone', text: '', oneOf: Object.keys(DOORS) },
    progress: { about: 'a file for the seed it is at: for the process that runs one door', text: '' },
    json: { about: 'one object instead of the report' },
  },
);

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** In the process of its own: runs the door and prints what became of it. */
async function runHere(name: string, seconds: number, progress: string): Promise<void> {
  const door = DOORS[name];
  if (door === undefined) throw new RangeError(`There is no door ${name}.`);
  const untilMs = performance.now() + seconds * 1_000;
  const seeds = asked.seeds === 0 ? Number.POSITIVE_INFINITY : asked.seeds;
  const tally = await runDoor(
    door(),
    asked.start,
    (run) => run >= seeds || (seeds === Number.POSITIVE_INFINITY && performance.now() >= untilMs),
    (seed) => writeFileSync(progress, String(seed)),
  );
  const { inputs, refused, accepted, findings } = tally;
  print(JSON.stringify({ door: name, inputs, refused, accepted, findings } satisfies Report));
}

/** Starts that process and waits for its word, or for its seed to stand still. */
function runApart(name: string, seconds: number, progress: string): Promise<Report> {
  writeFileSync(progress, String(asked.start));
  const args = [
    '--door',
    name,
    '--seconds',
    String(seconds),
    '--start',
    String(asked.start),
    '--progress',
    progress,
  ];
  if (asked.seeds !== 0) args.push('--seeds', String(asked.seeds));
  const child = spawn(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  let isHung = false;
  child.stdout.on('data', (data: Buffer) => {
    said += data.toString();
  });
  let lastSeed = '';
  let stillMs = 0;
  const watch = setInterval(() => {
    const seed = readFileSync(progress, 'utf8');
    stillMs = seed === lastSeed ? stillMs + LOOK_EVERY_MS : 0;
    lastSeed = seed;
    if (stillMs < HANG_MS) return;
    isHung = true;
    child.kill('SIGKILL');
  }, LOOK_EVERY_MS);
  return new Promise((resolve) => {
    child.once('close', (code, signal) => {
      clearInterval(watch);
      if (code === 0 && !isHung) return resolve(JSON.parse(said) as Report);
      const firstSeed = Number(readFileSync(progress, 'utf8'));
      const what = isHung ? 'the case never ends' : `the process ended with ${signal ?? code}`;
      const finding = { what, firstSeed, times: 1, known: undefined };
      resolve({ door: name, inputs: 0, refused: 0, accepted: 0, findings: [finding] });
    });
  });
}

function printTable(reports: readonly Report[]): void {
  print('door           inputs   refused  accepted  findings (known)');
  for (const { door, inputs, refused, accepted, findings } of reports) {
    const known = findings.filter((finding) => finding.known !== undefined).length;
    const numbers = [inputs, refused, accepted].map((n) => String(n).padStart(9)).join(' ');
    print(`${door.padEnd(10)} ${numbers}  ${String(findings.length).padStart(8)} (${known})`);
  }
  for (const { door, findings } of reports) {
    const byReason = new Map<string, number>();
    for (const { what, firstSeed, times, known } of findings) {
      if (known === undefined) print(`NEW  ${door}: ${what} (${times} times, first seed ${firstSeed})`);
      else byReason.set(known, (byReason.get(known) ?? 0) + times);
    }
    for (const [reason, times] of byReason) print(`known  ${door}: ${reason} (${times} times)`);
  }
}

async function main(): Promise<void> {
  if (asked.progress !== '') {
    return runHere(asked.door, asked.seconds, asked.progress);
  }
  const names = asked.door === '' ? Object.keys(DOORS) : [asked.door];
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-fuzz-'));
  const reports: Report[] = [];
  try {
    for (const name of names) {
      reports.push(await runApart(name, Math.ceil(asked.seconds / names.length), join(folder, name)));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (asked.json) print(JSON.stringify({ start: asked.start, doors: reports }));
  else printTable(reports);
  const isNew = reports.some(({ findings }) => findings.some(({ known }) => known === undefined));
  process.exitCode = isNew ? 1 : 0;
}

await main();
