/** Settings of one replica: every bound and every interval of the core has its name here. */
import type { ReplicaKind } from '../entry/entry.ts';
import type { ReplicaId } from '../ids.ts';

export interface LinkSettings {
  /** After this long without an answer, what was sent is asked after or sent again. */
  readonly resendMs: number;
  /** A link that was quiet sends at once; one that just sent gathers for this long, unless somebody waits. */
  readonly gatherMs: number;
  /** Bytes of the stream that may be on their way at once (L5). */
  readonly inFlightBytesMax: number;
  /** Bytes of one stream frame. */
  readonly streamBytesTarget: number;
}

export interface PolicySettings {
  /** R1: half of an observation's weight is gone after this long. */
  readonly halfLifeMs: number;
  /** R1: how long a child is likely to be cut off; its target covers that. */
  readonly horizonMs: number;
  /** Share of free units, in basis points, that a parent keeps for whoever asks next. */
  readonly reserveBp: number;
  /** R2: top up when a child has less than this share of its target, in basis points. */
  readonly topUpBelowBp: number;
  /** R3: with fewer free units a seeker than this, units are served one ask at a time. */
  readonly scarcePerChild: number;
  /** R2: what moves ahead of need gathers for this long; what somebody waits for moves at once. */
  readonly spreadEveryMs: number;
  /** A recall that was not answered within this time is not waited for. */
  readonly recallMs: number;
  /** F7: who owes units and was not given them asks again after this long. */
  readonly debtAskMs: number;
  /** Pools looked at by one turn; the rest waits for the next. */
  readonly poolsPerTurnMax: number;
}

export interface ReplicaSettings {
  readonly replica: ReplicaId;
  readonly kind: ReplicaKind;
  readonly link: LinkSettings;
  readonly policy: PolicySettings;
  /** D6: own entries between two checkpoints. */
  readonly checkpointEvery: number;
  /** R4: commands that may wait for units at once; one more is refused. */
  readonly waitingMax: number;
  /** Open holds at once; one more is refused. */
  readonly holdsMax: number;
  /** Whether this replica sums up every pool over the whole tree and tells those who want levels. */
  readonly keepsLevels: boolean;
}

/** A day of trade: what a shop should be able to live on while it is cut off. */
const DAY_MS = 86_400_000;

export const DEFAULT_LINK: LinkSettings = {
  resendMs: 1_000,
  gatherMs: 20,
  inFlightBytesMax: 1024 * 1024,
  streamBytesTarget: 256 * 1024,
};

export const DEFAULT_POLICY: PolicySettings = {
  halfLifeMs: 14 * DAY_MS,
  horizonMs: DAY_MS,
  reserveBp: 1_000,
  topUpBelowBp: 5_000,
  scarcePerChild: 2,
  spreadEveryMs: 1_000,
  recallMs: 2_000,
  debtAskMs: 10_000,
  poolsPerTurnMax: 2_000,
};

export function defaultSettings(replica: ReplicaId, kind: ReplicaKind): ReplicaSettings {
  return {
    replica,
    kind,
    link: DEFAULT_LINK,
    policy: DEFAULT_POLICY,
    checkpointEvery: 1_000,
    waitingMax: 10_000,
    holdsMax: 100_000,
    keepsLevels: kind === 'authority',
  };
}
