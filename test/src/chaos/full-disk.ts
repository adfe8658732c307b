/**
 * The disk under one till runs full while it sells. It must say so in plain words, sell
 * nothing, and go on by itself once there is room again (D3).
 */
import type { Stage } from './disturber.ts';
import type { Shopper } from './shopper.ts';
import type { SmallDisk } from './small-disk.ts';
import { SMALL_DISK_TILL } from './tree.ts';

/** The journal's log has room of its own for a while; a hurried till uses it up. */
const NOTICE_MS = 40_000;
const RECOVER_MS = 30_000;

export async function fillDisk(
  stage: Stage,
  disk: SmallDisk,
  forMs: number,
  busy: (is: boolean) => void,
): Promise<void> {
  const { counts, onViolation, say } = stage;
  const shopper = stage.shoppers.get(SMALL_DISK_TILL) as Shopper;
  const { client } = shopper;
  busy(true);
  const filledAtMs = performance.now();
  if (!disk.fill()) {
    counts.skipped += 1;
    return;
  }
  shopper.isHurried = true;
  try {
    const heard = await until(NOTICE_MS, () => {
      const { notNow } = client;
      return notNow !== undefined && notNow.atMs > filledAtMs && notNow.code === 'read_only';
    });
    if (!heard) {
      say(`${SMALL_DISK_TILL} found room for all it had to write; no full disk this time`);
      counts.skipped += 1;
      return;
    }
    if (!/disk|journal/i.test(client.notNow?.detail ?? '')) {
      onViolation(`${SMALL_DISK_TILL} does not say that its disk is full, but: ${client.notNow?.detail}`);
    }
    await new Promise((resolve) => setTimeout(resolve, forMs));
    counts.fullDisks += 1;
  } finally {
    shopper.isHurried = false;
    disk.makeRoom();
  }
  const roomAtMs = performance.now();
  if (await until(RECOVER_MS, () => client.decidedAtMs > roomAtMs)) return;
  onViolation(`${SMALL_DISK_TILL} did not sell again ${RECOVER_MS / 1000} s after its disk had room`);
}

async function until(boundMs: number, isSo: () => boolean): Promise<boolean> {
  const startedMs = performance.now();
  while (performance.now() - startedMs < boundMs) {
    if (isSo()) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}
