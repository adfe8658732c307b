/** Sales, refusals and the share that was decided on the spot, over the last ten minutes. */
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { type Sample, useFleet } from './fleet.tsx';

/** Each point is the mean of the seconds before it. */
const SMOOTH = 5;

export function Charts() {
  const { samples } = useFleet();
  const last = samples.at(-1);
  return (
    <section className="card pad stack" aria-labelledby="charts">
      <h2 id="charts">The last minutes</h2>
      <p className="hidden">
        {last === undefined
          ? 'Nothing was measured yet.'
          : `Since this page was opened: ${last.sold} sales, ${last.soldAtOnce} of them on the spot, ${last.refused} refused.`}
      </p>
      <Chart samples={samples} />
    </section>
  );
}

function Chart({ samples }: { readonly samples: readonly Sample[] }) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const made = make(element);
    plot.current = made;
    const watch = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: 180 }));
    watch.observe(element);
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const redraw = () => made.redraw();
    dark.addEventListener('change', redraw);
    return () => {
      watch.disconnect();
      dark.removeEventListener('change', redraw);
      made.destroy();
    };
  }, []);
  useEffect(() => {
    plot.current?.setData(columns(samples));
  }, [samples]);
  return <div className="chart" ref={box} aria-hidden="true" />;
}

function columns(samples: readonly Sample[]): uPlot.AlignedData {
  const points = samples.slice(SMOOTH);
  const rate = (of: (sample: Sample) => number) =>
    points.map((now, i) => {
      const before = samples[i] as Sample;
      return (of(now) - of(before)) / Math.max(0.001, now.atS - before.atS);
    });
  return [
    points.map(({ atS }) => atS),
    rate(({ sold }) => sold),
    rate(({ soldAtOnce }) => soldAtOnce),
    rate(({ refused }) => refused),
  ];
}

function make(element: HTMLElement): uPlot {
  const ink = () => resolved('--soft');
  const grid = { stroke: () => resolved('--line'), width: 1 };
  const axis = { stroke: ink, grid, ticks: grid, font: '12px system-ui' };
  return new uPlot(
    {
      width: element.clientWidth,
      height: 180,
      cursor: { show: false },
      legend: { live: false },
      scales: { y: { range: (_plot, _min, max) => [0, Math.max(1, max * 1.1)] } },
      axes: [axis, { ...axis, size: 44 }],
      series: [
        {},
        { label: 'sales a second', stroke: () => resolved('--accent'), width: 2, points: { show: false } },
        {
          label: 'on the spot',
          stroke: () => resolved('--soft'),
          width: 1.5,
          dash: [5, 4],
          points: { show: false },
        },
        { label: 'refused', stroke: () => resolved('--bad'), width: 2, points: { show: false } },
      ],
    },
    [[], [], [], []],
    element,
  );
}

/** A canvas knows no `light-dark()`: an element is asked what it comes to, at each drawing. */
function resolved(name: string): string {
  const probe = document.createElement('i');
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}
