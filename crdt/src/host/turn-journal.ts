/** Turn journal: what an engine's turn takes in, and where what it did is made durable. */
import type { Command } from '../replica/command.ts';
import type { Now } from '../replica/ledger.ts';
import type { Out, Peer } from '../replica/out.ts';
import type { Replica } from '../replica/replica.ts';
import type { Ticket } from '../replica/waiting.ts';
import type { Writes } from '../replica/writes.ts';
import type { StockFrame } from '../wire/frames.ts';
import type { TurnPorts } from './refused-turn.ts';

export type Input =
  | { readonly kind: 'command'; readonly ticket: Ticket; readonly command: Command }
  | { readonly kind: 'frame'; readonly from: Peer; readonly frame: StockFrame }
  | { readonly kind: 'run'; readonly run: (replica: Replica, now: Now) => void };

export function applyInput(replica: Replica, input: Input, now: Now): void {
  switch (input.kind) {
    case 'command':
      return replica.execute(input.ticket, input.command, now);
    case 'frame':
      return replica.frame(input.from, input.frame, now);
    case 'run':
      return input.run(replica, now);
    default:
      input satisfies never;
  }
}

/** Where turns are made durable. */
export interface TurnJournal {
  /** Fetches what the inputs will ask of the journal, where that needs a round trip. */
  prepare?(inputs: readonly Input[], replica: Replica): Promise<void>;
  /**
   * The same for the turn that comes next, while a commit is under way: what the inputs will ask is
   * fetched as it will be after that commit. It holds where the commit goes through.
   */
  prepareAhead?(inputs: readonly Input[], replica: Replica): Promise<void>;
  /** 'behind': another process of this replica was faster; nothing was written. */
  commit(writes: Writes): 'committed' | Promise<'committed' | 'behind'>;
  /**
   * The turn was put back, for an error or because another process was faster. Makes the
   * replica current again and prepares the inputs anew. @returns whether they may be decided
   * again: 'learnt' when an answer was lacking and is there now, which cannot go on for ever;
   * 'refused' when it will never take this turn as it is, though others, as for a rule that it checks once more.
   */
  retry?(
    error: unknown,
    inputs: readonly Input[],
    replica: Replica,
  ): Promise<'current' | 'learnt' | 'refused' | 'hopeless'>;
  /** For one that may refuse a turn: `wholeOrInParts`. A till's refuses none, and its page carries nothing for it. */
  readonly wholeOrInParts?: (inputs: readonly Input[], ports: TurnPorts) => Promise<Out>;
}

/** Another process committed first: nothing of this turn was written. */
export class Behind extends Error {
  override readonly name = 'Behind';
}

/** The journal will never take this turn; `cause` says why. */
export class TurnRefused extends Error {
  override readonly name = 'TurnRefused';

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
