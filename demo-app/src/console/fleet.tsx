/** The fleet as it is now and was in the last minutes, read once for all parts of the page. */
import type { Answer } from '@tallystick/client-sdk';
import { useTallystick } from '@tallystick/client-sdk/react';
import { createContext, type ReactNode, useContext, useRef } from 'react';
import { type Poll, usePolled } from '../ui/polled.ts';

export type Fleet = Answer<'get', '/v1/fleet'>;
export type Replica = Fleet['items'][number];

/** What all replicas that could be asked had counted at a moment. */
export interface Sample {
  readonly atS: number;
  readonly sold: number;
  readonly soldAtOnce: number;
  readonly refused: number;
  readonly refusedFalsely: number;
}

const EVERY_MS = 1_000;
/** Ten minutes. */
const SAMPLES_MAX = 600;

const Context = createContext<
  { readonly poll: Poll<Fleet>; readonly samples: readonly Sample[] } | undefined
>(undefined);

export function FleetProvider({ children }: { readonly children: ReactNode }) {
  const client = useTallystick();
  const samples = useRef<readonly Sample[]>([]);
  const counters = useRef(new Counters());
  const poll = usePolled(
    'fleet',
    async (signal) => {
      const fleet = await client.get('/v1/fleet', { signal });
      const sample = counters.current.take(fleet);
      if (samples.current.at(-1)?.atS !== sample.atS)
        samples.current = [...samples.current, sample].slice(-SAMPLES_MAX);
      return fleet;
    },
    EVERY_MS,
  );
  return <Context.Provider value={{ poll, samples: samples.current }}>{children}</Context.Provider>;
}

export function useFleet() {
  const found = useContext(Context);
  if (found === undefined) throw new Error('There is no fleet around this component.');
  return found;
}

type Sums = Omit<Sample, 'atS'>;
const NONE: Sums = { sold: 0, soldAtOnce: 0, refused: 0, refusedFalsely: 0 };

/** Sums that only grow: a replica that was started anew counts from nothing, and one that is away stays as it was. */
class Counters {
  readonly #last = new Map<string, Sums>();
  #sum = NONE;

  take(fleet: Fleet): Sample {
    for (const { id, sales } of fleet.items) {
      if (sales === null) continue;
      const last = this.#last.get(id);
      this.#last.set(id, sales);
      if (last === undefined) continue;
      const before = sales.sold < last.sold || sales.refused < last.refused ? NONE : last;
      this.#sum = {
        sold: this.#sum.sold + sales.sold - before.sold,
        soldAtOnce: this.#sum.soldAtOnce + sales.soldAtOnce - before.soldAtOnce,
        refused: this.#sum.refused + sales.refused - before.refused,
        refusedFalsely: this.#sum.refusedFalsely + sales.refusedFalsely - before.refusedFalsely,
      };
    }
    return { atS: Date.parse(fleet.at) / 1_000, ...this.#sum };
  }
}
