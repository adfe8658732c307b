/**
 * npm run bench -- [NAME…|all] [--json]
 *
 * Each bench runs its peers beside it, in the same run. Progress goes to stderr, figures to
 * stdout. It ends with 0 when everything was measured, also where a target was missed: that
 * is for the reader to judge, on the reader's machine.
 */
import { cpus } from 'node:os';
import { stopSignal } from '@tallystick/store-agent';
import { BENCHES, USUAL } from './benches.ts';
import { BadOption, helpText, type Options, readOptions } from './options.ts';
import { jsonLines, notes, table, targetLines } from './report.ts';
import { runBench } from './run-bench.ts';

/** By Ctrl-C: servers that were started for the bench are in groups of their own, and end only by our hand. */
const stopped = new AbortController();

async function runAll({ names, json, rounds, seconds, only, profile }: Options): Promise<void> {
  const startedMs = performance.now();
  const say = (line: string) => {
    const second = Math.round((performance.now() - startedMs) / 1_000);
    process.stderr.write(`[${String(second).padStart(4)} s] ${line}\n`);
  };
  const cores = cpus();
  if (!json) process.stdout.write(`Node ${process.versions.node}, ${cores.length} × ${cores[0]?.model}\n`);
  for (const bench of BENCHES.filter(({ name }) => names.includes(name))) {
    const { signal: stop } = stopped;
    const { results, absent } = await runBench(bench, { rounds, seconds, only, profile, stop, say });
    if (json) {
      for (const line of jsonLines(bench.name, results, absent))
        process.stdout.write(`${JSON.stringify(line)}\n`);
      continue;
    }
    process.stdout.write(`\n${bench.name}: ${bench.about}\n${table(results)}`);
    process.stdout.write(`${notes(results, absent)}${targetLines(bench.targets, results)}`);
  }
  const others = BENCHES.filter(({ name }) => !names.includes(name)).map(({ name }) => name);
  if (!json && names.join() === USUAL.join())
    process.stdout.write(`\nNot run: ${others.join(', ')}. All of them: npm run bench -- all\n`);
}

try {
  const options = readOptions(
    process.argv.slice(2),
    BENCHES.map(({ name }) => name),
    USUAL,
  );
  if (options.help) process.stdout.write(helpText(BENCHES, USUAL));
  else {
    void stopSignal().then((signal) => {
      process.stderr.write('stopping after this turn …\n');
      stopped.abort(signal);
    });
    await runAll(options);
  }
} catch (error) {
  const said = error instanceof BadOption ? error.message : (error as Error).stack;
  process.stderr.write(
    stopped.signal.aborted ? `bench: stopped by ${stopped.signal.reason}\n` : `bench: ${said}\n`,
  );
  process.exitCode = stopped.signal.aborted ? 130 : error instanceof BadOption ? 2 : 1;
}
