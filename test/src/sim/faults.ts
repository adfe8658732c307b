/**
 * Faults: how often each thing goes wrong. Each seed switches a random subset off
 * (swarm testing): some bugs show only where other faults do not hide them.
 */
import type { Prng } from './prng.ts';

/** Chances for each frame or turn, and for disturbances how many a virtual minute. */
export interface Faults {
  frameLost: number;
  frameDoubled: number;
  frameReordered: number;
  frameSlow: number;
  commitFails: number;
  slowFsync: number;
  cutsPerMinute: number;
  crashesPerMinute: number;
  powerCutsPerMinute: number;
  /** An image of earlier days is put back, by the restore command or behind the replica's back. */
  restoresPerMinute: number;
  /** A leaf is gone; an operator gives it up and counts it; some are found again, with all they had not told. */
  lossesPerMinute: number;
  /** The authority's books are put back to an earlier point. */
  recoveriesPerMinute: number;
  /** The authority gives a machine another parent; now and then because a region is gone for ever. */
  movesPerMinute: number;
  /** Chance that whoever lost an answer never asks again. */
  abandoned: number;
  commandDoubled: number;
  /** After a failed fsync nobody knows what is on the disk, until it is read. */
  fsyncFails: number;
  /** Chance that what was not fsynced leaves its first part behind. */
  tornWrite: number;
  diskFullsPerMinute: number;
  clockJumpsPerMinute: number;
  /** How far a machine's clocks run too fast or too slow, at the most. */
  clockDrift: number;
  suspendsPerMinute: number;
  /** Old entries that the authority has settled are let go. */
  prunesPerMinute: number;
  /** A machine runs a release for a while that shares no version with its peers. */
  mismatchesPerMinute: number;
  /** A whole machine is an earlier one, its witness too: only a peer can tell. */
  machinesPutBackPerMinute: number;
  /** Chance that an image that is put back is from before the current life. */
  oldImages: number;
}

export function noFaults(): Faults {
  return {
    frameLost: 0,
    frameDoubled: 0,
    frameReordered: 0,
    frameSlow: 0,
    commitFails: 0,
    slowFsync: 0,
    cutsPerMinute: 0,
    crashesPerMinute: 0,
    powerCutsPerMinute: 0,
    restoresPerMinute: 0,
    lossesPerMinute: 0,
    movesPerMinute: 0,
    abandoned: 0,
    commandDoubled: 0,
    fsyncFails: 0,
    tornWrite: 0,
    diskFullsPerMinute: 0,
    clockJumpsPerMinute: 0,
    clockDrift: 0,
    suspendsPerMinute: 0,
    prunesPerMinute: 0,
    mismatchesPerMinute: 0,
    machinesPutBackPerMinute: 0,
    oldImages: 0,
    recoveriesPerMinute: 0,
  };
}

export function drawFaults(prng: Prng): Faults {
  const share = (most: number) => (prng.chance(0.4) ? 0 : (most * prng.between(1, 100)) / 100);
  return {
    frameLost: share(0.3),
    frameDoubled: share(0.2),
    frameReordered: share(0.3),
    frameSlow: share(0.1),
    commitFails: share(0.05),
    slowFsync: share(0.2),
    cutsPerMinute: share(20),
    crashesPerMinute: share(12),
    powerCutsPerMinute: share(12),
    restoresPerMinute: share(3),
    lossesPerMinute: share(2),
    abandoned: share(0.3),
    commandDoubled: share(0.1),
    fsyncFails: share(0.005),
    tornWrite: share(1),
    diskFullsPerMinute: share(2),
    clockJumpsPerMinute: share(6),
    clockDrift: share(0.02),
    suspendsPerMinute: share(3),
    prunesPerMinute: share(30),
    mismatchesPerMinute: share(2),
    machinesPutBackPerMinute: share(8),
    oldImages: share(1),
    // Last, so that the other faults of a seed stay what they were.
    recoveriesPerMinute: share(8),
    movesPerMinute: share(12),
  };
}
