/** The fleet whose screens are looked at: where it answers, or one line that says what to do. */
import { commandLine } from '../command-line/command-line.ts';

const URL_BY_DEFAULT = 'http://127.0.0.1:7400';

/** Ends the process with 2 where no region answers at the URL that the command line names. */
export async function fleetUrl(command: string, about: string): Promise<string> {
  const { url } = commandLine(command, about, {
    url: { about: 'a region of a fleet that runs', text: URL_BY_DEFAULT },
  });
  if (await isRegion(url)) return url;
  process.stderr.write(
    `${command}: no fleet answers at ${url}. Start one with “npm start” in another terminal, or name another with --url.\n`,
  );
  process.exit(2);
}

async function isRegion(url: string): Promise<boolean> {
  try {
    return (await fetch(new URL('/readyz', url), { signal: AbortSignal.timeout(5_000) })).ok;
  } catch {
    return false;
  }
}
