/** The lab: breaks things on purpose, on the machine of `npm start` alone, to see that the system holds its line. */
import { useTallystick } from '@tallystick/client-sdk/react';
import { useState } from 'react';
import { usePolled } from '../ui/polled.ts';
import { to } from '../ui/route.ts';
import { Ready } from '../ui/states.tsx';
import { ageText, count } from '../ui/words.ts';
import { ActButton, Said, useAct } from './act.tsx';
import { useFleet } from './fleet.tsx';
import { HappenedList } from './happened-list.tsx';

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
      <HappenedList />
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
  const { tell } = useFleet();
  const [sku, setSku] = useState('LAMP-DESK');
  const [flooded, setFlooded] = useState<string>();
  return (
    <section className="card pad stack" aria-labelledby="flood">
      <h2 id="flood">Everybody wants it</h2>
      <form
        className="row"
        onSubmit={(event) => {
          event.preventDefault();
          tell(`300 people want ${sku} at every door at once.`);
          void act.run(
            () => ask('flood', { sku }).finally(() => setFlooded(sku)),
            (said) => {
              const { asked, sold, refused, failed } = said as Record<
                'asked' | 'sold' | 'refused' | 'failed',
                number
              >;
              const rest = failed === 0 ? '' : ` ${count(failed)} had no answer from a door that was away.`;
              const words = `${count(asked)} wanted one, ${count(sold)} got it, ${count(refused)} were told that none could be had.${rest}`;
              // Whoever went to watch finds it there, too.
              tell(`${sku}: ${words}`);
              return words;
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
      {flooded !== undefined && <Account sku={flooded} />}
    </section>
  );
}

/** Whether the line held: where every unit is, as the books know it by now. */
function Account({ sku }: { readonly sku: string }) {
  const client = useTallystick();
  const { now } = usePolled(
    `account ${sku}`,
    (signal) => client.get('/v1/inventory/{sku}/explain', { path: { sku }, signal }),
    2_000,
  );
  return (
    <Ready of={now} rows={1}>
      {({ pools }) => {
        const sum = (of: (pool: (typeof pools)[number]) => number) =>
          pools.reduce((all, pool) => all + of(pool), 0);
        const received = sum((pool) => pool.received);
        const available = sum((pool) => pool.available);
        const owed = sum((pool) => pool.owed);
        return (
          <p className={`note ${owed > 0 ? 'warn' : 'good'}`}>
            The books by now: {count(received)} of <a href={to('product', sku)}>{sku}</a> came in,{' '}
            {count(received - available)} are sold or gone, {count(available)} are left.{' '}
            {owed > 0 ? `${count(owed)} were handed over without a right.` : 'None was sold twice.'}
          </p>
        );
      }}
    </Ready>
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
  const { tell } = useFleet();
  const { id, kind, isCut, copyFrom } = replica;
  const age = copyFrom === null ? '' : ageText(Date.now() - Date.parse(copyFrom));
  /** It is told first: what comes of it follows. */
  const does = (text: string, path: string, body: object) => {
    tell(text);
    return ask(path, body).finally(onDone);
  };
  return (
    <li className="stack">
      <div className="row">
        <b>{id}</b>
        <span className="soft">{kind}</span>
        {isCut && <span className="tag bad">cut off</span>}
        <span className="row push">
          <ActButton
            act={act}
            run={() =>
              does(`You ${isCut ? 'mended' : 'cut'} the line of ${id}.`, 'link', {
                replica: id,
                state: isCut ? 'up' : 'down',
              })
            }
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
            run={() => does(`You killed ${id}.`, 'kill', { replica: id })}
            done="It was killed in the middle of what it did. It starts again by itself."
          >
            Kill it
          </ActButton>
          {copyFrom !== null && (
            <ActButton
              act={act}
              run={() =>
                does(`You killed ${id} and put its database of ${age} in its place.`, 'rewind', {
                  replica: id,
                })
              }
              done="It was killed, and its database of then is in its place. What it does about it shows under “What happens”."
            >
              Put its database of {age} back
            </ActButton>
          )}
        </span>
      </div>
      <Said act={act} />
    </li>
  );
}
