/** One replica: how it fares, and what an operator may do with it. */
import { useTallystick } from '@tallystick/client-sdk/react';
import { useState } from 'react';
import { usePolled } from '../ui/polled.ts';
import { count, timeText, units } from '../ui/words.ts';
import { EnrolForm } from './enrol-form.tsx';
import type { Replica } from './fleet.tsx';
import { RetireForm } from './retire-form.tsx';

const LINES = {
  up: 'Its line is up.',
  down: 'It is cut off. It goes on selling what it holds.',
  unknown: 'Nobody can say how its line is.',
};

export function ReplicaPanel({
  replica,
  onDone,
  onClose,
}: {
  readonly replica: Replica;
  readonly onDone: () => void;
  readonly onClose: () => void;
}) {
  const { id, kind, parent, location, lag, sales, settledEntries, createdAt } = replica;
  const [isRetiring, setRetiring] = useState(false);
  return (
    <section className="card pad stack" aria-labelledby="replica">
      <div className="row">
        <h2 id="replica">{id}</h2>
        <span className="soft">
          {kind} under {parent}
          {location !== null && `, at ${location}`}
        </span>
        <button type="button" className="btn small plain push" onClick={onClose}>
          Close
        </button>
      </div>
      <p>{LINES[replica.link]}</p>
      {(replica.lives > 1 || replica.fenced !== undefined) && <Lives id={id} />}
      <dl className="facts">
        <dt>In the books</dt>
        <dd>{units(settledEntries, 'entry', 'entries')}</dd>
        <dt>Still to tell</dt>
        <dd>{lag === null ? 'it cannot be asked' : units(lag.unsettledEntries, 'entry', 'entries')}</dd>
        <dt>Sold since its start</dt>
        <dd>
          {sales === null
            ? 'it cannot be asked'
            : `${count(sales.sold)}, ${count(sales.soldAtOnce)} on the spot`}
        </dd>
        <dt>Refused</dt>
        <dd>{sales === null ? 'it cannot be asked' : count(sales.refused)}</dd>
        <dt>Here since</dt>
        <dd>{timeText(createdAt)}</dd>
      </dl>
      <details>
        <summary>Add a replica under it</summary>
        <EnrolForm parent={id} place={location} onDone={onDone} />
      </details>
      <details onToggle={(event) => setRetiring(event.currentTarget.open)}>
        <summary>It is lost: shut it out</summary>
        {isRetiring && <RetireForm id={id} onDone={onDone} />}
      </details>
    </section>
  );
}

/** Why a life was shut out, in words; what is not here is said as the books say it. */
const WHY: Readonly<Record<string, string>> = {
  rollback: 'its database was put back to an earlier state',
  superseded: 'its database was put back or copied, and a newer life came',
  fork: 'two machines sold under its name',
  retired: 'an operator shut it out',
};

/** A replica that finds itself put back sells no more as who it was. */
function Lives({ id }: { readonly id: string }) {
  const client = useTallystick();
  const { now } = usePolled(
    `lives ${id}`,
    async (signal) => (await client.get('/v1/replicas/{id}', { path: { id }, signal })).lives,
    5_000,
  );
  const lives = now.value ?? [];
  const last = lives.at(-1);
  if (last === undefined) return null;
  const isOver = last.fenced !== undefined;
  const fence = lives.findLast(({ fenced }) => fenced !== undefined)?.fenced;
  const why = fence === undefined ? 'it began anew' : (WHY[fence] ?? fence);
  return (
    <p className={`note ${isOver ? 'bad' : 'warn'}`}>
      {isOver
        ? `It is shut out, because ${why}.`
        : `This is life ${lives.length} of it; the one before ended, because ${why}.`}{' '}
      What that life sold stands in the books. What it held nobody may sell before it was counted, so that no
      unit is sold twice.
    </p>
  );
}
