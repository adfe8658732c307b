/** The fleet as it is now and was in the last minutes, read once for all parts of the page. */
import type { Answer } from '@tallystick/client-sdk';
import { useTallystick } from '@tallystick/client-sdk/react';
import { createContext, type ReactNode, useContext, useRef } from 'react';
import { type Poll, usePolled } from '../ui/polled.ts';
import { type Happened, happenedBetween } from './happened.ts';
import { joined, type Sample, sampleOf } from './samples.ts';

export type Fleet = Answer<'get', '/v1/fleet'>;
export type Replica = Fleet['items'][number];

const EVERY_MS = 1_000;
/** What is drawn second by second. */
export const MINUTES_SEEN = 10;
const HAPPENED_MAX = 50;

interface Seen {
  /** Sums that were counted by another process cannot be compared. */
  readonly since: string;
  readonly samples: readonly Sample[];
}

interface Told {
  readonly last?: Fleet;
  /** By the clock of this page. */
  readonly readAtMs: number;
  /** Newest first. */
  readonly happened: readonly Happened[];
}

const Context = createContext<
  ({ readonly poll: Poll<Fleet>; readonly tell: (text: string) => void } & Seen & Told) | undefined
>(undefined);

export function FleetProvider({ children }: { readonly children: ReactNode }) {
  const client = useTallystick();
  const seen = useRef<Seen>({ since: '', samples: [] });
  const told = useRef<Told>({ readAtMs: 0, happened: [] });
  const poll = usePolled(
    'fleet',
    async (signal) => {
      const fleet = await client.get('/v1/fleet', { signal });
      const { since } = fleet;
      if (seen.current.since !== since) {
        seen.current = { since, samples: [] };
        // What happened before the page was opened comes a moment later.
        void client
          .get('/v1/fleet/history', { query: { minutes: MINUTES_SEEN } })
          .then((kept) => {
            if (kept.since === seen.current.since)
              seen.current = { since, samples: joined(kept.items.map(sampleOf), seen.current.samples) };
          })
          // The chart is then of what the page sees from now on.
          .catch(() => undefined);
      }
      const now = sampleOf({ at: fleet.at, ...fleet.sums });
      const oldest = now.atS - MINUTES_SEEN * 60;
      const { samples } = seen.current;
      if (samples.at(-1)?.atS !== now.atS)
        seen.current = { since, samples: [...samples.filter(({ atS }) => atS >= oldest), now] };
      const news = happenedBetween(told.current.last, fleet).reverse();
      const happened = [...news, ...told.current.happened].slice(0, HAPPENED_MAX);
      told.current = { last: fleet, readAtMs: Date.now(), happened };
      return fleet;
    },
    EVERY_MS,
  );
  /** Something that was done at this page. */
  const tell = (text: string) => {
    const atMs = Date.now();
    const one = { key: `here ${atMs}`, atMs, text, tone: '' } as const;
    told.current = { ...told.current, happened: [one, ...told.current.happened].slice(0, HAPPENED_MAX) };
  };
  return (
    <Context.Provider value={{ poll, tell, ...seen.current, ...told.current }}>{children}</Context.Provider>
  );
}

export function useFleet() {
  const found = useContext(Context);
  if (found === undefined) throw new Error('There is no fleet around this component.');
  return found;
}
