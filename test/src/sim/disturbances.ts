/**
 * Disturbances: what happens to links and machines now and then, for as long as nobody
 * heals. The kinds that came later draw from streams of their own, so that a seed without
 * them is the run that it was.
 */

import { loseCancellation } from './lost-cancel.ts';
import { moveOne } from './move.ts';
import type { SimNode } from './node.ts';
import type { Prng } from './prng.ts';
import { pruneOne } from './prune.ts';
import { isKeptApart, putBackOne } from './put-back.ts';
import { recoverRoot } from './recover.ts';
import { NEWER, OTHER_STOCK, RELEASE, TOO_NEW } from './release.ts';
import { loseOne, restoreOne } from './restore.ts';
import { STAGES } from './turn.ts';
import type { World } from './world.ts';

export function planDisturbances(world: World, prng: Prng, streamOf: (name: string) => Prng): void {
  const { faults } = world;
  everySoOften(world, prng, faults.cutsPerMinute, () => cutOne(world, prng));
  everySoOften(world, prng, faults.crashesPerMinute, () => bringDown(world, prng, 'crash'));
  everySoOften(world, prng, faults.powerCutsPerMinute, () => bringDown(world, prng, 'power cut'));
  everySoOften(world, prng, faults.restoresPerMinute, () => restoreOne(world, prng));
  everySoOften(world, prng, faults.lossesPerMinute, () => loseOne(world, prng));
  const more = (name: string, perMinute: number, disturb: (world: World, prng: Prng) => void) => {
    const own = streamOf(name);
    everySoOften(world, own, perMinute, () => disturb(world, own));
  };
  more('full disks', faults.diskFullsPerMinute, fillOne);
  more('clocks', faults.clockJumpsPerMinute, setOneClock);
  more('suspends', faults.suspendsPerMinute, suspendOne);
  more('pruning', faults.prunesPerMinute, pruneOne);
  more('machines', faults.machinesPutBackPerMinute, putBackOne);
  more('releases', faults.mismatchesPerMinute, upgradeOne);
  more('recoveries', faults.recoveriesPerMinute, recoverRoot);
  more('moves', faults.movesPerMinute, moveOne);
  more('lost cancellations', faults.restoresPerMinute, loseCancellation);
}

function everySoOften(world: World, prng: Prng, perMinute: number, disturb: () => void): void {
  if (perMinute === 0) return;
  world.runLater(prng.spanMs(0, 120_000 / perMinute), () => {
    if (world.isHealing) return;
    disturb();
    everySoOften(world, prng, perMinute, disturb);
  });
}

function cutOne(world: World, prng: Prng): void {
  if (world.links.length === 0) return;
  const link = prng.pick(world.links);
  link.cut();
  world.runLater(prng.spanMs(50, prng.chance(0.2) ? 30_000 : 3_000), () => {
    // Cut before its machine was put back, it stays so until the children have told it (seed 23006602).
    if (!world.nodes.some((node) => node.uplink === link && isKeptApart(world, node))) link.heal();
  });
}

/** Mostly in the middle of a turn: that is where it hurts. */
function bringDown(world: World, prng: Prng, how: 'crash' | 'power cut'): void {
  const node = prng.pick(world.nodes);
  const downMs = prng.spanMs(10, prng.chance(0.2) ? 10_000 : 1_000);
  const strike = () => {
    if (!node.isRunning || world.isHealing) return;
    world.trace.fault(how, node.name);
    if (how === 'crash') node.crash();
    else node.powerCut();
    world.runLater(downMs, () => node.start());
  };
  if (prng.chance(0.2)) strike();
  else node.doom(prng.pick(STAGES), strike);
}

function fillOne(world: World, prng: Prng): void {
  const node = prng.pick(world.nodes);
  if (node.isDiskFull) return;
  world.trace.fault('disk full', node.name);
  node.isDiskFull = true;
  world.runLater(prng.spanMs(500, prng.chance(0.2) ? 20_000 : 4_000), () => {
    node.isDiskFull = false;
    world.trace.say(node.name, () => 'its disk has room again');
  });
}

const DAY_MS = 86_400_000;

function setOneClock(world: World, prng: Prng): void {
  const node = prng.pick(world.nodes);
  // While it is off, nothing tells the machine how much time has really passed.
  if (node.isRunning && prng.chance(0.4)) {
    world.trace.fault('crash', node.name);
    node.crash();
    world.runLater(prng.spanMs(10, 1_000), () => node.start());
  }
  const how = prng.weighted({ seconds: 4, hours: 3, days: 2, forgotten: 1 });
  if (how === 'forgotten') {
    world.trace.fault('clock back in 1970', node.name);
    return node.clock.forget();
  }
  const most = { seconds: 60_000, hours: DAY_MS / 2, days: 3 * DAY_MS }[how];
  const spanMs = prng.between(-most, most);
  world.trace.fault(spanMs < 0 ? 'clock set back' : 'clock set forwards', node.name);
  node.clock.jump(spanMs);
}

function suspendOne(world: World, prng: Prng): void {
  const node = prng.pick(world.nodes);
  if (!node.isRunning || node.isAsleep) return;
  world.trace.fault('suspended', node.name);
  node.suspend();
  world.runLater(prng.spanMs(100, prng.chance(0.2) ? 30_000 : 5_000), () => {
    if (!node.isAsleep) return;
    world.trace.say(node.name, () => 'wakes up');
    node.resume();
  });
}

/** Somebody installs another release there, and later one that all others speak too. */
function upgradeOne(world: World, prng: Prng): void {
  const node = prng.pick(world.nodes);
  if (node.release !== RELEASE) return;
  const release = prng.weighted({ tooNew: 4, otherStock: 2, newer: 1 });
  const text = {
    tooNew: 'a release too new',
    otherStock: 'a release of another stock',
    newer: 'a newer release',
  };
  world.trace.fault(text[release], node.name);
  install(node, { tooNew: TOO_NEW, otherStock: OTHER_STOCK, newer: NEWER }[release]);
  world.runLater(prng.spanMs(1_000, 20_000), () => install(node, RELEASE));
}

function install(node: SimNode, release: SimNode['release']): void {
  if (node.release === release) return;
  node.release = release;
  if (node.isRunning) node.restart();
}

/** All is well again: disks have room, machines are awake and of one release. */
export function mend(node: SimNode): void {
  node.isDiskFull = false;
  if (node.isAsleep) node.resume();
  install(node, RELEASE);
  node.start();
}

/** One machine's clocks are a little off for good. */
export function clockRate(prng: Prng, drift: number): number {
  return 1 + (drift * prng.between(-100, 100)) / 100;
}
