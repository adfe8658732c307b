/** The drawing of rates: sales and refusals a minute, and at the right the share that was decided on the spot. */
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { clockText } from '../ui/words.ts';
import type { Rates } from './samples.ts';

const HEIGHT_PX = 190;

export function Chart({ rates, minutes }: { readonly rates: readonly Rates[]; readonly minutes: number }) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const span = useRef(0);
  span.current = minutes * 60;
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const made = make(element, () => span.current);
    plot.current = made;
    const watch = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT_PX }));
    watch.observe(element);
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const redraw = () => {
      colours.clear();
      made.redraw();
    };
    dark.addEventListener('change', redraw);
    return () => {
      watch.disconnect();
      dark.removeEventListener('change', redraw);
      made.destroy();
    };
  }, []);
  useEffect(() => {
    plot.current?.setData([
      rates.map(({ atS }) => atS),
      rates.map(({ sold }) => sold),
      rates.map(({ refused }) => refused),
      rates.map(({ refusedFalsely }) => refusedFalsely),
      rates.map(({ onTheSpot }) => onTheSpot),
    ]);
  }, [rates]);
  return <div className="chart" ref={box} aria-hidden="true" />;
}

function make(element: HTMLElement, spanS: () => number): uPlot {
  const ink = () => resolved('--soft');
  const grid = { stroke: () => resolved('--line'), width: 1 };
  const axis = { stroke: ink, grid, ticks: grid, font: '12px system-ui' };
  const line = (label: string, color: string, more: Partial<uPlot.Series> = {}): uPlot.Series => ({
    label,
    stroke: () => resolved(color),
    width: 2,
    points: { show: false },
    ...more,
  });
  return new uPlot(
    {
      width: element.clientWidth,
      height: HEIGHT_PX,
      cursor: { show: false },
      legend: { live: false },
      scales: {
        // The whole time that was asked for, also where less is known.
        x: {
          range: (_plot, _min, max) => [(max ?? Date.now() / 1_000) - spanS(), max ?? Date.now() / 1_000],
        },
        y: { range: (_plot, _min, max) => [0, Math.max(1, (max ?? 0) * 1.1)] },
        share: { range: [0, 100] },
      },
      axes: [
        { ...axis, values: (_plot, splits) => splits.map((atS) => clockText(atS * 1_000)), space: 70 },
        { ...axis, size: 48 },
        {
          ...axis,
          scale: 'share',
          side: 1,
          size: 56,
          grid: { show: false },
          values: (_plot, splits) => splits.map((share) => `${share} %`),
        },
      ],
      series: [
        {},
        line('sales a minute', '--accent'),
        line('refused a minute', '--bad'),
        line('refused although there were some', '--warn', { dash: [2, 3] }),
        line('on the spot, at the right', '--soft', { scale: 'share', width: 1.5, dash: [6, 4] }),
      ],
    },
    [[], [], [], [], []],
    element,
  );
}

/** Asked once for each light: asking makes the browser lay out what has just changed on the page. */
const colours = new Map<string, string>();

/** A canvas knows no `light-dark()`: an element is asked what it comes to. */
function resolved(name: string): string {
  const known = colours.get(name);
  if (known !== undefined) return known;
  const probe = document.createElement('i');
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  colours.set(name, found);
  return found;
}
