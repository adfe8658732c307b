/** The floor under any durable sale: one block written to a file and flushed, again and again. A helper of a bench. */
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import type { Round } from '../bench.ts';
import { roundOf } from '../figures.ts';
import { answer } from '../helper.ts';

const BLOCK = Buffer.alloc(4096, 7);

/** One flush a millisecond at most, as often as sales come in the paced case beside it. */
async function fsync({
  file,
  perSecond,
  seconds,
}: {
  file: string;
  perSecond: number;
  seconds: number;
}): Promise<Round> {
  const tookMs: number[] = [];
  const fd = openSync(file, 'w');
  const startMs = performance.now();
  const endMs = startMs + seconds * 1_000;
  // At least one, on the slowest of disks.
  while (tookMs.length === 0 || performance.now() < endMs) {
    if (performance.now() < startMs + (tookMs.length * 1_000) / perSecond) {
      await new Promise((resolve) => setImmediate(resolve));
      continue;
    }
    const askedMs = performance.now();
    writeSync(fd, BLOCK, 0, BLOCK.length, tookMs.length * BLOCK.length);
    fdatasyncSync(fd);
    tookMs.push(performance.now() - askedMs);
  }
  closeSync(fd);
  return roundOf(tookMs, (performance.now() - startMs) / 1_000);
}

answer({ fsync });
