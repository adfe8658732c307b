/** What needs somebody: goods that are short, and entries that were put aside. */
import { useTallystick } from '@tallystick/client-sdk/react';
import { useState } from 'react';
import { usePolled } from '../ui/polled.ts';
import { to } from '../ui/route.ts';
import { Empty, Ready } from '../ui/states.tsx';
import { count, units } from '../ui/words.ts';
import { ActForm, useAct } from './act.tsx';

export function Trouble() {
  const client = useTallystick();
  const shortages = usePolled(
    'shortages',
    async (signal) => (await client.get('/v1/shortages', { query: { limit: 100 }, signal })).items,
    2_000,
  );
  const aside = usePolled(
    'quarantine',
    async (signal) => (await client.get('/v1/quarantine', { query: { limit: 100 }, signal })).items,
    5_000,
  );
  return (
    <div className="stack">
      <section className="card pad stack" aria-labelledby="short">
        <h2 id="short">Short or low</h2>
        <Ready of={shortages.now}>
          {(items) =>
            items.length === 0 ? (
              <Empty>Nothing is short, and nothing is below its threshold.</Empty>
            ) : (
              <ul className="list">
                {items.map((item) => (
                  <li key={`${item.sku} ${item.locationId}`} className="stack">
                    <div className="row">
                      <a href={to('product', item.sku)}>
                        <b>{item.sku}</b>
                      </a>
                      <span className="soft">at {item.locationId}</span>
                      <span className={`tag ${item.short > 0 ? 'bad' : 'warn'}`}>
                        {item.short > 0
                          ? `short of ${units(item.short)}`
                          : `low: ${count(item.available)} left`}
                      </span>
                      <span className="soft small">
                        {item.onHand < 0
                          ? `${units(-item.onHand)} more went out than ever came in`
                          : `${units(item.onHand)} on hand`}
                      </span>
                    </div>
                    <Receive
                      sku={item.sku}
                      locationId={item.locationId}
                      short={item.short}
                      onDone={shortages.again}
                    />
                  </li>
                ))}
              </ul>
            )
          }
        </Ready>
      </section>
      <section className="card pad stack" aria-labelledby="aside">
        <h2 id="aside">Put aside as evidence</h2>
        <Ready of={aside.now}>
          {(items) =>
            items.length === 0 ? (
              <Empty>Every entry that ever came has its place.</Empty>
            ) : (
              <>
                <p className="soft">
                  These count for nothing and are kept for ever. Ask at the place whether a database was put
                  back there, and count what is on its shelves; if the device is gone or is not to be trusted,
                  shut its replica out.
                </p>
                <ul className="list">
                  {items.map((item) => (
                    <li key={item.hash} className="row">
                      <b>{item.writer}</b>
                      <span>entry {item.seq}</span>
                      <span className="tag bad">{item.reason}</span>
                      <code className="small soft">{item.hash.slice(0, 16)}…</code>
                      <span className="row push">
                        <a className="btn small" href={to('replica', replicaOf(item.writer))}>
                          Look at the replica
                        </a>
                        <a className="btn small plain" href={to('audit', 'replica', replicaOf(item.writer))}>
                          What was done to it
                        </a>
                      </span>
                    </li>
                  ))}
                </ul>
              </>
            )
          }
        </Ready>
      </section>
    </div>
  );
}

/** A writer is a life of a replica: its name, and behind a dot which life. */
const replicaOf = (writer: string) => writer.split('.')[0] ?? writer;

function Receive({
  sku,
  locationId,
  short,
  onDone,
}: {
  readonly sku: string;
  readonly locationId: string;
  readonly short: number;
  readonly onDone: () => void;
}) {
  const client = useTallystick();
  const act = useAct();
  const [quantity, setQuantity] = useState(Math.max(1, short));
  // One delivery a line that is shown: a second press is the same one.
  const [id] = useState(() => crypto.randomUUID());
  return (
    <ActForm
      act={act}
      isRow
      tone="small"
      submit="Receive goods"
      run={() => {
        const lines = [{ sku, locationId, quantity }];
        const body = { id, type: 'receive' as const, reason: 'shortage', lines };
        return client.post('/v1/inventory/adjustments', { body }).finally(onDone);
      }}
      done={`${units(quantity)} came in at ${locationId}.`}
    >
      <label className="row small">
        Came in
        <input
          className="input few"
          type="number"
          min="1"
          max="100000"
          value={quantity}
          onChange={(event) => setQuantity(event.target.valueAsNumber || 1)}
        />
      </label>
    </ActForm>
  );
}
