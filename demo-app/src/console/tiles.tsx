/** How selling goes, in four numbers, in the last minute. */
import { count, units } from '../ui/words.ts';
import { useFleet } from './fleet.tsx';
import { within } from './samples.ts';

const WINDOW_S = 60;

export function Tiles() {
  const { poll, samples } = useFleet();
  const { sold, soldAtOnce, refused, refusedFalsely: falsely } = within(samples, WINDOW_S);
  const items = poll.now.value?.items ?? [];
  const away = items.filter(({ link, status }) => status === 'enrolled' && link !== 'up').length;
  const untold = items.reduce((sum, { lag }) => sum + (lag?.unsettledEntries ?? 0), 0);
  return (
    <dl className="tiles">
      <Tile label="Sales in the last minute" value={count(sold)} more="at every door together" />
      <Tile
        label="Decided on the spot"
        value={sold === 0 ? '–' : `${Math.round((100 * soldAtOnce) / sold)} %`}
        more="from rights held there, nobody asked"
      />
      <Tile
        label="Refused"
        value={count(refused)}
        more={falsely === 0 ? 'none although there were some' : `${falsely} although there were some`}
        isBad={falsely > 0}
      />
      <Tile
        label="Replicas"
        value={count(items.length)}
        more={
          away === 0
            ? untold === 0
              ? 'all connected, all told'
              : `${units(untold, 'entry', 'entries')} to tell`
            : `${away} cut off`
        }
        isBad={away > 0}
      />
    </dl>
  );
}

function Tile({
  label,
  value,
  more,
  isBad = false,
}: {
  readonly label: string;
  readonly value: string;
  readonly more: string;
  readonly isBad?: boolean;
}) {
  return (
    <div className="card tile">
      <dt className="small soft">{label}</dt>
      <dd>
        <b>{value}</b>
        <span className={`small ${isBad ? 'owes' : 'soft'}`}>{more}</span>
      </dd>
    </div>
  );
}
