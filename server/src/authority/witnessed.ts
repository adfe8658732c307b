/** Witnessed: beside the books stands how far they came, and since when whom, before a frame of that turn leaves (F1, F6). */
import type { Replica } from '@tallystick/crdt';
import type { TurnJournal } from '@tallystick/crdt/host';
import type { Witness } from '@tallystick/store-agent';
import { noteTurn } from './put-back.ts';
import type { StaysFile } from './stays-file.ts';

export interface Beside {
  readonly witness: Witness;
  readonly stays: StaysFile;
  /** As it is by now: a catch-up may begin another one. */
  replica(): Replica;
  flush(): void;
}

export function witnessed(journal: TurnJournal, { witness, stays, replica, flush }: Beside): TurnJournal {
  let mayLackStays = false;
  return {
    ...journal,
    commit: async (writes) => {
      // Where the turn before did not end well, others' turns were taken in since.
      const streams = mayLackStays ? replica().ledger.streams.values() : writes.streams;
      mayLackStays = true;
      const outcome = await journal.commit(writes);
      mayLackStays = outcome !== 'committed';
      if (outcome === 'committed') noteTurn(witness, writes);
      stays.note(streams, replica());
      flush();
      return outcome;
    },
    retry: async (error, inputs, current) => {
      const outcome = (await journal.retry?.(error, inputs, current)) ?? 'hopeless';
      // Others' turns were taken in; what they tell may be over by the end of the turn that is decided anew.
      stays.note(current.ledger.streams.values(), current);
      return outcome;
    },
  };
}
