/** The lab: breaks things on purpose, on the machine of `npm start` alone, to see that the system holds its line. */
import { useState } from 'react';
import { usePolled } from '../ui/polled.ts';
import { to } from '../ui/route.ts';
import { Ready } from '../ui/states.tsx';
import { ageText, count } from '../ui/words.ts';
import { ActButton, Said, useAct } from './act.tsx';

interface LabState {
  readonly replicas: readonly {
    readonly id: string;
    readonly kind: string;
    readonly isCut: boolean;
    readonly copyFrom: string | null;
  }[];
}

async function ask<T>(path: string, body?: object): Promise<T> {
  const answer = await fetch(`/lab/${path}`, {
    ...(body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const said = (await answer.json()) as T & { detail?: string };
  if (!answer.ok) throw new Error(said.detail ?? 'The lab does not answer.');
  return said;
}

export function Lab() {
  const { now, again } = usePolled('lab', () => ask<LabState>('state'), 2_000);
  return (
    <div className="stack">
      <p className="note">
        Everything here is real: lines are cut, processes killed and files put back on this machine. Nothing
        that was sold is lost, and no unit is sold twice. Watch <a href={to('')}>stock and replicas</a>{' '}
        meanwhile.
      </p>
      <Flood />
      <section className="card pad stack" aria-labelledby="break">
        <h2 id="break">Break something</h2>
        <Ready of={now} rows={6}>
          {({ replicas }) => (
            <ul className="list">
              {replicas.map((replica) => (
                <Breakable key={replica.id} replica={replica} onDone={again} />
              ))}
            </ul>
          )}
        </Ready>
      </section>
    </div>
  );
}

function Flood() {
  const act = useAct();
  const [sku, setSku] = useState('LAMP-DESK');
  return (
    <section className="card pad stack" aria-labelledby="flood">
      <h2 id="flood">Everybody wants it</h2>
      <form
        className="row"
        onSubmit={(event) => {
          event.preventDefault();
          void act.run(
            () => ask('flood', { sku }),
            (said) => {
              const { asked, sold, refused, failed } = said as Record<
                'asked' | 'sold' | 'refused' | 'failed',
                number
              >;
              const rest = failed === 0 ? '' : ` ${count(failed)} had no answer from a door that was away.`;
              return `${count(asked)} wanted one, ${count(sold)} got it, ${count(refused)} were told that it is sold out.${rest}`;
            },
          );
        }}
      >
        <label className="row">
          300 people want one
          <input
            className="input sku"
            value={sku}
            required
            onChange={(event) => setSku(event.target.value.trim())}
          />
        </label>
        <button type="submit" className="btn main" disabled={act.isBusy}>
          {act.isBusy ? 'They are buying …' : 'Let them'}
        </button>
      </form>
      <Said act={act} />
    </section>
  );
}

function Breakable({
  replica,
  onDone,
}: {
  readonly replica: LabState['replicas'][number];
  readonly onDone: () => void;
}) {
  const act = useAct();
  const { id, kind, isCut, copyFrom } = replica;
  return (
    <li className="stack">
      <div className="row">
        <b>{id}</b>
        <span className="soft">{kind}</span>
        {isCut && <span className="tag bad">cut off</span>}
        <span className="row push">
          <ActButton
            act={act}
            run={() => ask('link', { replica: id, state: isCut ? 'up' : 'down' }).finally(onDone)}
            done={
              isCut
                ? 'Its line is back. It tells what it sold meanwhile.'
                : 'It is alone now, and goes on selling.'
            }
          >
            {isCut ? 'Mend the line' : 'Cut the line'}
          </ActButton>
          <ActButton
            act={act}
            run={() => ask('kill', { replica: id })}
            done="It was killed, and is starting again."
          >
            Kill it
          </ActButton>
          {copyFrom !== null && (
            <ActButton
              act={act}
              run={() => ask('rewind', { replica: id })}
              done="An old database is in its place. It is shut out with what it forgot, and goes on as a new life."
            >
              Put its database back ({ageText(Date.now() - Date.parse(copyFrom))})
            </ActButton>
          )}
        </span>
      </div>
      <Said act={act} />
    </li>
  );
}
