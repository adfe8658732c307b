/** "Why is it this many?": the account of every unit in words, and what happened. */
import { useTallystick } from '@tallystick/client-sdk/react';
import { useState } from 'react';
import { type Polled, usePolled } from '../ui/polled.ts';
import { Empty, Ready } from '../ui/states.tsx';
import { count, timeText, units } from '../ui/words.ts';
import type { Explained } from './rights.ts';

export function Why({ sku, explained }: { readonly sku: string; readonly explained: Polled<Explained> }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <section className="card pad stack" aria-labelledby="why">
      <h2 id="why">Where every unit of {sku} is</h2>
      <Ready of={explained}>
        {({ pools, words }) => (
          <>
            {pools.length === 0 && <Empty>No unit of it ever came in anywhere.</Empty>}
            {pools.map((pool) => (
              <p key={pool.location}>
                <b>{pool.location}</b>:{' '}
                {pool.onHand < 0
                  ? `${units(-pool.onHand, 'unit')} more went out than ever came in.`
                  : `${units(pool.onHand, 'unit')} on hand.`}{' '}
                {pool.available <= 0 ? 'None' : count(pool.available)} can be promised
                {pool.committed > 0 && `, ${pool.committed} are sold or owed and not yet gone`}.{' '}
                {pool.available <= 0 && (
                  <span className="owes">
                    {pool.owed > 0
                      ? `It is short: ${pool.owed} were handed over without a right.`
                      : `It is sold out: ${pool.received} came in and all are sold or gone.`}
                  </span>
                )}
                <ShutOut pool={pool} />
              </p>
            ))}
            <details>
              <summary>Every replica, in words</summary>
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and a keyboard must reach that */}
              <pre tabIndex={0}>{words}</pre>
            </details>
          </>
        )}
      </Ready>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>What happened</summary>
        {isOpen && <History sku={sku} />}
      </details>
    </section>
  );
}

function ShutOut({ pool }: { readonly pool: Explained['pools'][number] }) {
  const lives = pool.replicas.filter(({ fenced, free, onHold }) => fenced !== null && free + onHold > 0);
  if (lives.length === 0) return null;
  const sum = lives.reduce((all, { free, onHold }) => all + free + onHold, 0);
  const names = [...new Set(lives.map(({ replica }) => replica))].join(', ');
  return (
    <span className="owes">
      {' '}
      {units(sum)} of these nobody may sell now: they were with {names} when it was shut out, and come back
      once somebody has counted them.
    </span>
  );
}

function History({ sku }: { readonly sku: string }) {
  const client = useTallystick();
  const { now } = usePolled(
    `history ${sku}`,
    async (signal) =>
      (await client.get('/v1/inventory/{sku}/history', { path: { sku }, query: { limit: 30 }, signal }))
        .items,
    3_000,
  );
  return (
    <Ready of={now}>
      {(items) =>
        items.length === 0 ? (
          <Empty>Nothing yet.</Empty>
        ) : (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and a keyboard must reach that
          <section className="scroll" tabIndex={0} aria-label="What happened">
            <table>
              <thead>
                <tr>
                  <th>When</th>
                  <th>What</th>
                  <th>Where</th>
                  <th className="num">Units</th>
                </tr>
              </thead>
              <tbody>
                {items.map((item) => (
                  <tr key={`${item.at} ${item.document} ${item.locationId} ${item.type}`}>
                    <td>{timeText(item.at)}</td>
                    <td>
                      {item.type} <span className="soft">by {item.replica}</span>
                    </td>
                    <td>{item.locationId}</td>
                    <td className="num">{signed(item.available === 0 ? item.onHand : item.available)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        )
      }
    </Ready>
  );
}

const signed = (n: number) => (n > 0 ? `+${n}` : String(n).replace('-', '−'));
