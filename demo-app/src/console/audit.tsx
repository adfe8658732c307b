/** The trail: who changed what, when and from where; and whether it is still as it was written. */
import { useTallystick } from '@tallystick/client-sdk/react';
import { useState } from 'react';
import { Field } from '../ui/field.tsx';
import { usePolled } from '../ui/polled.ts';
import { Empty, Ready } from '../ui/states.tsx';
import { count, timeText } from '../ui/words.ts';
import { Said, useAct } from './act.tsx';

interface Wanted {
  readonly kind: string;
  readonly id: string;
  readonly actor: string;
}
const ALL: Wanted = { kind: '', id: '', actor: '' };
const FIELDS = [
  { name: 'kind', label: 'Kind', example: 'product' },
  { name: 'id', label: 'Which one', example: 'MUG-STONE' },
  { name: 'actor', label: 'By whom', example: 'integrator:erp' },
] as const;

export function Audit({
  kind,
  id,
}: {
  /** Looked up at once, where a link of another part says so. */
  readonly kind: string | undefined;
  readonly id: string | undefined;
}) {
  const client = useTallystick();
  const [typed, setTyped] = useState<Wanted>({ ...ALL, kind: kind ?? '', id: id ?? '' });
  const [wanted, setWanted] = useState(typed);
  const filter = Object.fromEntries(Object.entries(wanted).filter(([, text]) => text !== ''));
  const { now } = usePolled(
    `audit ${JSON.stringify(filter)}`,
    async (signal) => (await client.get('/v1/audit', { query: { limit: 100, ...filter }, signal })).items,
    5_000,
  );
  return (
    <div className="stack">
      <section className="card pad stack" aria-labelledby="search">
        <h2 id="search">Look something up</h2>
        <form
          className="filters"
          onSubmit={(event) => {
            event.preventDefault();
            setWanted(typed);
          }}
        >
          {FIELDS.map(({ name, label, example }) => (
            <Field
              key={name}
              label={label}
              placeholder={example}
              value={typed[name]}
              onText={(text) => setTyped({ ...typed, [name]: text.trim() })}
            />
          ))}
          <button type="submit" className="btn main">
            Search
          </button>
        </form>
        <Verify />
      </section>
      <section className="card pad stack" aria-labelledby="trail">
        <h2 id="trail">The trail, newest first</h2>
        <Ready of={now} rows={6}>
          {(items) =>
            items.length === 0 ? (
              <Empty>Nothing fits that.</Empty>
            ) : (
              // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and a keyboard must reach that
              <section className="scroll tall" tabIndex={0} aria-label="The trail">
                <table>
                  <thead>
                    <tr>
                      <th className="num">No.</th>
                      <th>When</th>
                      <th>Who</th>
                      <th>What</th>
                      <th>Where from</th>
                    </tr>
                  </thead>
                  <tbody>
                    {items.map((item) => (
                      <tr key={item.seq}>
                        <td className="num">{count(item.seq)}</td>
                        <td>{timeText(item.at)}</td>
                        <td>{item.actor}</td>
                        <td>
                          {item.action} {item.kind} <b>{item.id}</b>
                        </td>
                        <td className="soft">
                          {[item.via, item.from].filter((part) => part !== null).join(', ')}
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </section>
            )
          }
        </Ready>
      </section>
    </div>
  );
}

function Verify() {
  const client = useTallystick();
  const act = useAct();
  return (
    <div className="row">
      <button
        type="button"
        className="btn"
        disabled={act.isBusy}
        onClick={() =>
          void act.run(
            async () => {
              const report = await client.get('/v1/audit/verify', { timeoutMs: 60_000 });
              if (!report.isWhole) throw new Error(report.problems.join(' '));
              return report;
            },
            (said) => {
              const { trailEntries, entries } = said as { trailEntries: number; entries: number };
              return `All is as it was written: ${count(trailEntries)} changes, ${count(entries)} entries.`;
            },
          )
        }
      >
        {act.isBusy ? 'Checking …' : 'Check everything'}
      </button>
      <Said act={act} />
    </div>
  );
}
