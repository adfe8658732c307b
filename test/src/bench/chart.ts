/** Chart: a few lines over a few named points, as an SVG that reads on light and on dark paper. */
import { short } from './report.ts';

export interface Chart {
  readonly title: string;
  /** What stands below the points. */
  readonly xs: readonly string[];
  readonly xLabel: string;
  readonly lines: readonly { readonly name: string; readonly ys: readonly number[] }[];
}

const WIDTH = 420;
const HEIGHT = 240;
const LEFT = 56;
const RIGHT = 16;
const TOP = 44;
const BOTTOM = 48;
/** Neither white nor black stands on all paper; these do. */
const INK = '#808080';
const COLOURS = ['#2f81f7', '#d9822b', '#3fa66b'];
const STEPS = 4;

/** The y axis begins at zero, so that what looks twice as much is. */
export function chartSvg({ title, xs, xLabel, lines }: Chart): string {
  const most = Math.max(...lines.flatMap(({ ys }) => ys));
  const step = niceStep(most / STEPS);
  const top = Math.ceil(most / step) * step;
  const x = (i: number) => round(LEFT + ((i + 0.5) * (WIDTH - LEFT - RIGHT)) / xs.length);
  const y = (value: number) => round(HEIGHT - BOTTOM - (value / top) * (HEIGHT - TOP - BOTTOM));
  const parts = [`<title>${escaped(title)}</title>`, text(LEFT, 18, title, 'start', 13)];
  for (let value = 0; value <= top + step / 2; value += step) {
    parts.push(
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(value)}" y2="${y(value)}" stroke="${INK}" stroke-opacity="0.3"/>`,
      text(LEFT - 6, y(value) + 4, short(value), 'end'),
    );
  }
  for (const [i, label] of xs.entries()) parts.push(text(x(i), HEIGHT - BOTTOM + 18, label, 'middle'));
  parts.push(text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, xLabel, 'middle'));
  for (const [n, { name, ys }] of lines.entries()) {
    const colour = COLOURS[n % COLOURS.length] as string;
    const points = ys.map((value, i) => `${x(i)},${y(value)}`).join(' ');
    parts.push(`<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="2"/>`);
    for (const [i, value] of ys.entries())
      parts.push(`<circle cx="${x(i)}" cy="${y(value)}" r="3" fill="${colour}"/>`);
    parts.push(text(LEFT + n * 110, 34, name, 'start', 11, colour));
  }
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" font-family="system-ui, sans-serif">`;
  return `${[head, ...parts.map((part) => `  ${part}`), '</svg>'].join('\n')}\n`;
}

/** 1, 2 or 5 times a power of ten, and not below what is asked. */
export function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5, 10].find((n) => n * power >= least * (1 - 1e-9)) ?? 10;
  return factor * power;
}

function text(x: number, y: number, words: string, anchor: string, size = 11, colour = INK): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" font-size="${size}" fill="${colour}">${escaped(words)}</text>`;
}

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

function round(n: number): number {
  return Math.round(n * 10) / 10;
}
