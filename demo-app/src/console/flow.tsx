/** The lines of the tree, and the units that travel along them at this moment. */
import { memo, useEffect, useRef } from 'react';
import type { TreeRow } from './order.ts';
import type { Move } from './rights.ts';
import { dotX, dotY, ROW_PX } from './tree.tsx';

/** So many show that something moves; more would only be slower to draw. */
const DOTS_PER_MOVE = 6;
const DOTS_MAX = 60;
const TRAVEL_MS = 1_100;
const APART_MS = 110;
const SVG = 'http://www.w3.org/2000/svg';

export function Flow({
  rows,
  moves,
}: {
  readonly rows: readonly TreeRow[];
  readonly moves: readonly Move[];
}) {
  const dots = useRef<SVGGElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what has just moved is sent, not again because a row changed
  useEffect(() => {
    const group = dots.current;
    if (group === null || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    for (const move of moves) {
      const path = pathBetween(rows, move.from, move.to);
      if (path !== undefined) send(group, path, Math.min(DOTS_PER_MOVE, move.units));
    }
  }, [moves]);
  return (
    <svg className="flow" aria-hidden="true" width="100%" height={rows.length * ROW_PX}>
      <Lines rows={rows} />
      <g ref={dots} className="dots" />
    </svg>
  );
}

const Lines = memo(function Lines({ rows }: { readonly rows: readonly TreeRow[] }) {
  return (
    <>
      {rows.map(({ id, parentAt, replica }, at) => (
        <g key={id} className={replica?.link === 'down' ? 'cut' : ''}>
          {parentAt >= 0 && <path d={elbow(rows, at)} />}
        </g>
      ))}
      <g className="nodes">
        {rows.map(({ id, depth, replica }, at) => (
          <g key={id} className={replica?.link === 'down' ? 'cut' : ''}>
            <circle cx={dotX(depth)} cy={dotY(at)} r="6" />
          </g>
        ))}
      </g>
    </>
  );
});

/** From the parent's dot down and across to this one's. */
function elbow(rows: readonly TreeRow[], at: number): string {
  const { depth, parentAt } = rows[at] as TreeRow;
  return `M ${dotX(depth - 1)} ${dotY(parentAt)} V ${dotY(at)} H ${dotX(depth)}`;
}

/** Along the line between a parent and a child, whichever of the two sends. */
function pathBetween(rows: readonly TreeRow[], from: string, to: string): string | undefined {
  const fromAt = rows.findIndex(({ id }) => id === from);
  const toAt = rows.findIndex(({ id }) => id === to);
  if (fromAt < 0 || toAt < 0) return undefined;
  if (rows[toAt]?.parentAt === fromAt) return elbow(rows, toAt);
  if (rows[fromAt]?.parentAt !== toAt) return undefined;
  const { depth } = rows[fromAt] as TreeRow;
  return `M ${dotX(depth)} ${dotY(fromAt)} H ${dotX(depth - 1)} V ${dotY(toAt)}`;
}

function send(group: SVGGElement, path: string, count: number): void {
  for (let nth = 0; nth < count && group.childElementCount < DOTS_MAX; nth += 1) {
    const dot = document.createElementNS(SVG, 'circle');
    dot.setAttribute('r', '5');
    dot.style.offsetPath = `path('${path}')`;
    group.append(dot);
    const travel = dot.animate(
      [
        { offsetDistance: '0%', opacity: 0 },
        { opacity: 1, offset: 0.1 },
        { opacity: 1, offset: 0.9 },
        { offsetDistance: '100%', opacity: 0 },
      ],
      { duration: TRAVEL_MS, delay: nth * APART_MS, easing: 'ease-in-out', fill: 'both' },
    );
    travel.onfinish = () => dot.remove();
  }
}
