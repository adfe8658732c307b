/** Report: what was explored, as people read it. */
import type { Explored } from './explore.ts';

export function printable(explored: Explored): string {
  const { bounds, saw, violation, path, ...counts } = explored;
  const table = (rows: object) =>
    Object.entries(rows)
      .map(([name, value]) => `  ${text(value).padStart(14)}  ${name}`)
      .join('\n');
  const lines = [
    `bounds:\n${table(bounds)}`,
    `explored:\n${table(counts)}`,
    `states that saw:\n${table(saw)}`,
  ];
  if (violation === undefined) {
    lines.push(
      explored.frontier === 0
        ? 'The frontier is empty. No violation.'
        : 'Stopped early. No violation so far.',
    );
  } else {
    lines.push(`${violation}\nafter:\n${(path ?? []).map((step, i) => `  ${i + 1}. ${step}`).join('\n')}`);
  }
  return lines.join('\n');
}

function text(value: unknown): string {
  if (typeof value !== 'number') return String(value);
  if (Number.isInteger(value)) return value.toLocaleString('en');
  return value < 0.01 ? value.toExponential(1) : value.toFixed(1);
}
