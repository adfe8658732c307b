/**
 * Story: the readable trace of a failure, reduced to the lines that lead to it and put
 * into plain words. What was said over the wire is left out, and so is what happened to
 * other goods than those that the violation names.
 */
import type { RunSeed } from './bundle.ts';
import type { Failure } from './shrink.ts';

const LINES_MAX = 60;

interface Line {
  readonly atSeconds: string;
  readonly place: string;
  readonly text: string;
}

export function tellStory(runSeed: RunSeed, { seed, acts, less, violation }: Failure): string[] {
  const heard: string[] = [];
  runSeed({ seed, acts, less, line: (text) => heard.push(text) });
  return storyOf(heard, violation);
}

export function storyOf(heard: readonly string[], violation: string): string[] {
  const lines = heard.flatMap(readLine).filter(({ text }) => !text.startsWith('> '));
  const isKept = choose(lines, violation);
  const told = lines.filter(isKept).map(tell);
  const left = told.length - LINES_MAX;
  return left > 0 ? [`  … ${left} earlier lines are left out`, ...told.slice(-LINES_MAX)] : told;
}

function readLine(line: string): Line[] {
  const [, atSeconds, place, text] = /^\s*([\d.]+)s {2}(\S+)\s+(.*)$/s.exec(line) ?? [];
  return atSeconds === undefined || place === undefined || text === undefined
    ? []
    : [{ atSeconds, place, text }];
}

/** Goods like `pear@r1-s1`, and papers like `order-12`. */
const POOL = /[a-z]+@[a-z0-9-]+/g;
const PAPER = /\b[a-z]+-\d+\b/g;
const WRITER = /\b([a-z0-9-]+)\.\d+\.[0-9a-f]{32}\b/g;

/** The lines that lead to the violation: about its goods and papers, else about its machines, else all. */
function choose(lines: readonly Line[], violation: string): (line: Line) => boolean {
  const names = new Set([...namesIn(violation, POOL), ...namesIn(violation, PAPER)]);
  for (const { text } of lines) {
    // A command about the goods leads to its answer and its entry.
    const [paper] = namesIn(text, PAPER);
    if (paper !== undefined && text.startsWith('? ') && isNamed(text, POOL, names)) names.add(paper);
  }
  // Who was refused changed nothing.
  const refused = refusedIn(lines);
  for (const paper of refused) if (!namesIn(violation, PAPER).includes(paper)) names.delete(paper);
  const machines = new Set([...violation.matchAll(WRITER)].map(([, replica]) => replica));
  const isAt = (place: string) => machines.size === 0 || machines.has(place);
  const isAbout = ({ place, text }: Line) => {
    if (text.startsWith('? ') || text.startsWith('= ')) {
      const [paper = ''] = namesIn(text, PAPER);
      return names.size > 0 ? names.has(paper) : !refused.has(paper) && isAt(place);
    }
    if (names.size > 0) return isNamed(text, POOL, names) || isNamed(text, PAPER, names);
    return isAt(place);
  };
  return (line) => {
    const { text } = line;
    if (text.startsWith('!! ') || text.startsWith('-- ')) return true;
    if (text.startsWith('** command')) return isAt(line.place);
    if (text.startsWith('** ')) return !text.startsWith('** frame');
    return !/^#\d+ checkpoint/.test(text) && isAbout(line);
  };
}

/** Papers of commands that were answered, and never with yes. */
function refusedIn(lines: readonly Line[]): Set<string> {
  const refused = new Set<string>();
  const accepted = new Set<string>();
  for (const { text } of lines) {
    const [, paper, answer] = /^= (\S+) (\S+)/.exec(text) ?? [];
    if (paper !== undefined) (answer === 'ok' ? accepted : refused).add(paper);
  }
  for (const paper of accepted) refused.delete(paper);
  return refused;
}

function namesIn(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([name]) => name);
}

function isNamed(text: string, pattern: RegExp, names: ReadonlySet<string>): boolean {
  return namesIn(text, pattern).some((name) => names.has(name));
}

function tell({ atSeconds, place, text }: Line): string {
  const said = shorten(text);
  const at = `${atSeconds.padStart(9)}s  `;
  if (said.startsWith('!! ')) return `${at}VIOLATION  ${said.slice(3).split('\n')[0]}`;
  if (said.startsWith('-- ')) return `${at}all faults end, every link and machine is up`;
  if (said.startsWith('** ')) return `${at}FAULT  ${place}: ${said.slice(3)}`;
  if (said.startsWith('? ')) return `${at}${place} is asked to ${said.slice(2)}`;
  if (said.startsWith('= ')) return `${at}${place} answers ${said.slice(2)}`;
  if (said.startsWith('#')) return `${at}${place} writes ${said}`;
  return `${at}${place}: ${said}`;
}

/** A writer's 32 random digits tell a reader no more than its first four. */
function shorten(text: string): string {
  return text.replaceAll(/(\.\d+\.[0-9a-f]{4})[0-9a-f]{28}\b/g, '$1');
}
