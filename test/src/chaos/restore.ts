/**
 * A till's database is put back from an earlier copy, as somebody would who "only" copied a
 * file. The till must notice, and go on as a new writer without rights (F1).
 *
 * What it sold since the image is in the books by then: it is put back only once the till
 * says that everything has settled, for what had not would be lost with any disk.
 */
import { join } from 'node:path';
import { lifeOf } from './checkers.ts';
import type { Stage } from './disturber.ts';
import { countKill } from './disturber.ts';
import { untilItWorks } from './fleet.ts';
import { putBack, takeImage } from './image.ts';
import type { Shopper } from './shopper.ts';

const SETTLE_MS = 30_000;
const UP_MS = 30_000;

export async function restoreTill(
  stage: Stage,
  till: string,
  afterMs: number,
  busy: (is: boolean) => void,
): Promise<void> {
  const { fleet, counts, say } = stage;
  const program = fleet.program(till);
  const shopper = stage.shoppers.get(till) as Shopper;
  const folder = fleet.folder(till);
  const image = join(fleet.dataDir, 'images', till);
  busy(true);
  await program.holdDown();
  countKill(counts, till);
  takeImage(folder, image);
  await program.startPatiently();
  busy(false);
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  busy(true);
  // The customer at the counter is served to the end: an answer that never came would be asked of the new life.
  await shopper.pause();
  try {
    fleet.lines.get(till)?.heal();
    const before = await settled(stage, till);
    if (before === undefined) {
      say(`${till} did not settle in time: its image is not put back`);
      counts.skipped += 1;
      return;
    }
    await program.holdDown();
    countKill(counts, till);
    putBack(image, folder);
    stage.setBack.set(till, (stage.setBack.get(till) ?? 0) + 1);
    await program.startPatiently();
    const after = await untilItWorks(`${till} is back`, UP_MS, async () => {
      const status = await fleet.status(till);
      if (status?.writer === null || status?.state !== 'running') throw new Error('it is not running');
      return status.writer;
    });
    counts.restores += 1;
    if (lifeOf(after) > lifeOf(before)) return;
    stage.onViolation(`${till} went on as ${after} after its image was put back; it was ${before} before`);
  } finally {
    shopper.resume();
  }
}

/** @returns the writer, once all that it did is in the books; undefined where that takes too long. */
async function settled({ fleet }: Stage, till: string): Promise<string | undefined> {
  const startedMs = performance.now();
  while (performance.now() - startedMs < SETTLE_MS) {
    const status = await fleet.status(till);
    if (status?.writer != null && status.unsettled === 0 && status.openHolds === 0) return status.writer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return undefined;
}
