/** npm run sim -- --postgres: what was compared, in figures, and where model and Postgres part. */
import { BadOption } from '../options.ts';
import { compareSeeds, findPlanted, type Seeds } from './compare.ts';
import type { Counts } from './counts.ts';
import { withServer } from './database.ts';
import { plant } from './plant.ts';
import { PLANTED_IN_BOOKS } from './planted-in-books.ts';
import { playSeed } from './play-seed.ts';

type Print = (text: string) => void;
type Asked = Seeds & { readonly json: boolean };

export async function tellCompared({ json, ...seeds }: Asked, print: Print): Promise<number> {
  const beganMs = performance.now();
  const compared = await withServer((templateUrl) => compareSeeds(templateUrl, playSeed, seeds));
  const { counts, disagreements, violations } = compared;
  const seconds = (performance.now() - beganMs) / 1_000;
  if (json) {
    print(JSON.stringify({ ...compared, acts: seeds.acts }));
  } else {
    print(`${compared.seeds} seeds from ${seeds.start}, ${seeds.acts} acts each, in ${seconds.toFixed(1)} s`);
    print(figuresOf(counts));
    for (const { seed, violation } of violations) print(`seed ${seed}, the run itself: ${violation}`);
    for (const { seed, disagreement } of disagreements) print(`seed ${seed}, ${disagreement}`);
    print(
      disagreements.length === 0
        ? 'Simulator, model and Postgres agree.'
        : `${disagreements.length} of ${compared.seeds} seeds disagree. Replay one with: npm run sim -- --postgres --seed ${disagreements[0]?.seed} --acts ${seeds.acts}`,
    );
  }
  return disagreements.length + violations.length === 0 && counts.turns > 0 ? 0 : 1;
}

function figuresOf(counts: Counts): string {
  return [
    `  compared ${counts.comparisons} times after ${counts.turns} turns with ${counts.entries} entries`,
    `  at the end ${counts.rows} rows, ${counts.orders} orders, ${counts.line_progress} lines moved on, ${counts.outbox} facts, ${counts.duplicates} duplicates, ${counts.quarantine} put aside`,
    `  ${counts.answers} answers to the core (${counts.unforeseen} not foreseen), ${counts.restarts} restarts, ${counts.followed} entries caught up with`,
    `  books put back ${counts.putBacks} times, writers reached another way ${counts.moved} times`,
    `  turns that broke off ${counts['breaks off']}, were lost ${counts.lostTurns}, whose answer was lost ${counts['answer lost']}, that came again ${counts['comes again']} or too late ${counts['too late']}`,
  ].join('\n');
}

export async function tellPlanted(
  { json, bug: name, ...options }: Asked & { readonly bug: string | undefined },
  print: Print,
): Promise<number> {
  const bugs = PLANTED_IN_BOOKS.filter((bug) => bug.name.includes(name ?? ''));
  if (bugs.length === 0) throw new BadOption(`--bug: no bug planted in the books is called ${name}`);
  const table: Record<string, number | null> = {};
  await withServer(async (templateUrl) => {
    for (const bug of bugs) {
      const found = await findPlanted(templateUrl, await plant(bug), options);
      table[bug.name] = found?.seed ?? null;
      if (json) continue;
      const how = found === undefined ? '' : `  (${found.disagreement.split('\n')[0]?.slice(0, 70)}…)`;
      print(
        `${found ? 'found     in seed' : 'NOT FOUND up to'} ${found?.seed ?? options.seeds}  ${bug.name}${how}`,
      );
    }
  });
  if (json) print(JSON.stringify({ planted: table }));
  return Object.values(table).every((seed) => seed !== null) ? 0 : 1;
}
