/** One replica: how it fares, and what an operator may do with it. */
import { useTallystick } from '@tallystick/client-sdk/react';
import { useState } from 'react';
import { count, timeText, units } from '../ui/words.ts';
import { Said, useAct } from './act.tsx';
import type { Replica } from './fleet.tsx';

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
  const { id, kind, parent, location, lag, sales, settledEntries, fenced, createdAt } = replica;
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
      <p>
        {LINES[replica.link]}
        {fenced !== undefined && ` A life of it was shut out (${fenced}); what it says is settled apart.`}
      </p>
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
        <dd>{sales === null ? '?' : count(sales.refused)}</dd>
        <dt>Since</dt>
        <dd>{timeText(createdAt)}</dd>
      </dl>
      <details>
        <summary>Add a replica under it</summary>
        <Enrol parent={id} place={location} onDone={onDone} />
      </details>
      <details>
        <summary>It is lost: shut it out</summary>
        <Retire id={id} onDone={onDone} />
      </details>
    </section>
  );
}

const KINDS = ['terminal', 'store', 'warehouse', 'region', 'channel'] as const;

function Enrol({
  parent,
  place,
  onDone,
}: {
  readonly parent: string;
  readonly place: string | null;
  readonly onDone: () => void;
}) {
  const client = useTallystick();
  const act = useAct();
  const [id, setId] = useState('');
  const [kind, setKind] = useState<(typeof KINDS)[number]>('terminal');
  return (
    <form
      className="stack inset"
      onSubmit={(event) => {
        event.preventDefault();
        void act.run(
          () => client.post('/v1/replicas', { body: { id, kind, parent, location: place } }).finally(onDone),
          (made) =>
            `Type this code into the new device: ${(made as { code: string }).code}. It works once, for an hour.`,
        );
      }}
    >
      <label className="field">
        <span>Name: lower-case letters, digits and dashes</span>
        <input
          className="input"
          required
          pattern="[a-z0-9][a-z0-9\-]*"
          value={id}
          onChange={(event) => setId(event.target.value)}
        />
      </label>
      <label className="field">
        <span>What it is</span>
        <select
          className="input"
          value={kind}
          onChange={(event) => setKind(event.target.value as (typeof KINDS)[number])}
        >
          {KINDS.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </label>
      <button className="btn" type="submit" disabled={act.isBusy}>
        Get a code
      </button>
      <Said act={act} />
    </form>
  );
}

function Retire({ id, onDone }: { readonly id: string; readonly onDone: () => void }) {
  const client = useTallystick();
  const act = useAct();
  const [typed, setTyped] = useState('');
  const [withChildren, setWithChildren] = useState(false);
  return (
    <form
      className="stack inset"
      onSubmit={(event) => {
        event.preventDefault();
        const body = { withChildren, counted: [] };
        void act.run(
          () => client.post('/v1/replicas/{id}/retire', { path: { id }, body }).finally(onDone),
          `${id} is shut out. What it held comes back once it was counted.`,
        );
      }}
    >
      <p className="small soft">
        Its key opens nothing any more, for good. Units that it held stay out of sale until somebody has
        counted them.
      </p>
      <label className="row">
        <input
          type="checkbox"
          checked={withChildren}
          onChange={(event) => setWithChildren(event.target.checked)}
        />
        All below it are lost as well
      </label>
      <label className="field">
        <span>Type {id} to make sure</span>
        <input
          className="input"
          autoComplete="off"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      </label>
      <button className="btn bad" type="submit" disabled={act.isBusy || typed !== id}>
        Shut out {id}
      </button>
      <Said act={act} />
    </form>
  );
}
