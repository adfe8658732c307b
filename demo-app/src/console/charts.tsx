/** Sales, refusals and the share that was decided on the spot, over the last minutes, the last hour or the last day. */
import { useTallystick } from '@tallystick/client-sdk/react';
import { useState } from 'react';
import { usePolled } from '../ui/polled.ts';
import { count, units } from '../ui/words.ts';
import { Chart } from './chart.tsx';
import { MINUTES_SEEN, useFleet } from './fleet.tsx';
import { joined, ratesOf, type Sums, sampleOf, within } from './samples.ts';

/** Each point is the mean of the seconds before it. */
const RANGES = [
  { minutes: MINUTES_SEEN, windowS: 5, label: '10 minutes' },
  { minutes: 60, windowS: 60, label: 'hour' },
  { minutes: 1_440, windowS: 900, label: 'day' },
] as const;
const KEPT_EVERY_MS = 15_000;

export function Charts() {
  const client = useTallystick();
  const { samples: seen, since } = useFleet();
  const [range, setRange] = useState<(typeof RANGES)[number]>(RANGES[0]);
  const { minutes, windowS, label } = range;
  const isSeen = minutes === MINUTES_SEEN;
  const kept = usePolled(
    `history ${minutes} ${since}`,
    async (signal) => {
      if (isSeen) return [];
      const found = await client.get('/v1/fleet/history', { query: { minutes }, signal });
      return found.since === since ? found.items.map(sampleOf) : [];
    },
    KEPT_EVERY_MS,
  );
  const samples = joined(kept.now.value ?? [], seen);
  return (
    <section className="card pad stack charts" aria-labelledby="charts">
      <div className="row">
        <h2 id="charts">The last {label}</h2>
        <fieldset className="row push ranges">
          <legend className="hidden">How far back</legend>
          {RANGES.map((one) => (
            <button
              key={one.label}
              type="button"
              className="btn small plain"
              aria-pressed={one === range}
              onClick={() => setRange(one)}
            >
              {one.label}
            </button>
          ))}
        </fieldset>
      </div>
      <p className="small soft">{inWords(within(samples, minutes * 60))}</p>
      <Chart rates={ratesOf(samples, windowS)} minutes={minutes} />
    </section>
  );
}

function inWords({ sold, soldAtOnce, refused, refusedFalsely }: Sums): string {
  const spot = sold === 0 ? '' : `, ${Math.round((100 * soldAtOnce) / sold)} % decided on the spot`;
  const falsely = refusedFalsely === 0 ? '' : `, ${count(refusedFalsely)} of them although there were some`;
  return `${units(sold, 'sale')}${spot}; ${count(refused)} refused${falsely}.`;
}
