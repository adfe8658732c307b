/** The tree of replicas: each with its line, what it has still to tell, and what it may sell of the product on show. */
import { memo } from 'react';
import { count } from '../ui/words.ts';
import { Flow } from './flow.tsx';
import { ROOT, type TreeRow } from './order.ts';
import type { Held, Move } from './rights.ts';

export const ROW_PX = 46;
/** On a phone the names need the room. */
const STEP_PX = matchMedia('(max-width: 48rem)').matches ? 13 : 22;
const LEFT_PX = 16;

export const dotX = (depth: number) => LEFT_PX + depth * STEP_PX;
export const dotY = (at: number) => at * ROW_PX + ROW_PX / 2;

export interface TreeProps {
  readonly rows: readonly TreeRow[];
  readonly held: ReadonlyMap<string, Held> | undefined;
  readonly moves: readonly Move[];
  readonly picked: string | undefined;
  readonly onPick: (id: string) => void;
}

export function Tree({ rows, held, moves, picked, onPick }: TreeProps) {
  const largest = Math.max(
    1,
    ...[...(held?.values() ?? [])].map((one) => one.free + one.onHold + one.underWay),
  );
  return (
    <div className="tree">
      <div className="tree-head small soft" aria-hidden="true">
        <span>Replica</span>
        <span>Line</span>
        <span className="num tell">To tell</span>
        <span>May sell</span>
      </div>
      <div className="tree-body">
        <Flow rows={rows} moves={moves} />
        <ul>
          {rows.map((row) => (
            <Row
              key={row.id}
              row={row}
              held={held?.get(row.id)}
              largest={largest}
              isPicked={row.id === picked}
              onPick={onPick}
            />
          ))}
        </ul>
      </div>
    </div>
  );
}

interface RowProps {
  readonly row: TreeRow;
  readonly held: Held | undefined;
  readonly largest: number;
  readonly isPicked: boolean;
  readonly onPick: (id: string) => void;
}

const Row = memo(
  function Row({ row: { id, depth, replica }, held, largest, isPicked, onPick }: RowProps) {
    return (
      <li className="tree-row" style={{ height: ROW_PX }}>
        <button
          type="button"
          className="tree-name"
          style={{ paddingLeft: dotX(depth) + 14 }}
          aria-pressed={isPicked}
          onClick={() => onPick(id)}
        >
          <b>{id === ROOT ? 'books' : id}</b>
          <span className="small soft kind">{id === ROOT ? 'Postgres' : replica?.kind}</span>
        </button>
        <span>
          {replica !== undefined && (
            <Line link={replica.link} status={replica.status} fenced={replica.fenced} />
          )}
        </span>
        <span className="num tell">{lagText(replica?.lag, id)}</span>
        <Bar held={held} largest={largest} />
      </li>
    );
  },
  (a, b) =>
    a.isPicked === b.isPicked &&
    a.largest === b.largest &&
    same(a.held, b.held) &&
    a.row.depth === b.row.depth &&
    a.row.replica?.link === b.row.replica?.link &&
    a.row.replica?.status === b.row.replica?.status &&
    a.row.replica?.fenced === b.row.replica?.fenced &&
    a.row.replica?.lag?.unsettledEntries === b.row.replica?.lag?.unsettledEntries,
);

const same = (a: Held | undefined, b: Held | undefined) =>
  a?.free === b?.free &&
  a?.onHold === b?.onHold &&
  a?.underWay === b?.underWay &&
  a?.owed === b?.owed &&
  a?.shutOut === b?.shutOut;

const LINES = {
  up: { text: 'up', tone: 'good' },
  down: { text: 'cut off', tone: 'bad' },
  unknown: { text: 'not known', tone: 'warn' },
} as const;

function Line({
  link,
  status,
  fenced,
}: {
  readonly link: keyof typeof LINES;
  readonly status: string | undefined;
  readonly fenced: string | undefined;
}) {
  if (status === 'expected') return <span className="tag warn">expected</span>;
  if (fenced !== undefined) return <span className="tag bad">shut out</span>;
  return <span className={`tag ${LINES[link].tone}`}>{LINES[link].text}</span>;
}

function lagText(lag: { unsettledEntries: number } | null | undefined, id: string): string {
  if (id === ROOT) return '';
  return lag === null || lag === undefined
    ? '?'
    : lag.unsettledEntries === 0
      ? '–'
      : count(lag.unsettledEntries);
}

function Bar({ held, largest }: { readonly held: Held | undefined; readonly largest: number }) {
  if (held === undefined) return <span className="bar" />;
  const part = (n: number) => ({ width: `${(100 * n) / largest}%` });
  const more = [
    held.onHold > 0 ? `${count(held.onHold)} set aside` : '',
    held.underWay > 0 ? `${count(held.underWay)} on the way` : '',
    held.shutOut > 0 ? `${count(held.shutOut)} shut out` : '',
    held.owed > 0 ? `owes ${count(held.owed)}` : '',
  ].filter((text) => text !== '');
  return (
    <span className="bar">
      <span className="bar-track" aria-hidden="true">
        <i className="free" style={part(held.free)} />
        <i className="hold" style={part(held.onHold)} />
        <i className="way" style={part(held.underWay)} />
      </span>
      <b className="bar-units">{count(held.free)}</b>
      {more.length > 0 && (
        <span className={`small ${held.owed > 0 || held.shutOut > 0 ? 'owes' : 'soft'}`}>
          {more.join(', ')}
        </span>
      )}
    </span>
  );
}
