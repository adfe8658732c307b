/** An open hold as a line of its table, and back. */
import type { Hold, HoldId, PoolUnits, WriterId } from '@tallystick/crdt';
import type { Line } from './line-digest.ts';

/** In the order of `holdLine`. */
export const HOLD_COLUMNS = 'hold_id, writer, lines, ttl_ms, wall_ms, monotonic_ms, boot_id, capturing';

export function holdLine(holdId: HoldId, hold: Hold, idOf: (writer: WriterId) => number): Line {
  return [
    holdId,
    idOf(hold.writer),
    JSON.stringify(hold.lines),
    hold.ttlMs,
    hold.sinceWallMs,
    hold.sinceMonotonicMs,
    hold.bootId,
    hold.capturing ? 1 : 0,
  ];
}

/** Of a line whose table bears its seal. */
export function holdFrom(line: Line, writerOf: (id: number) => WriterId): [HoldId, Hold] {
  const [holdId, writer, lines, ttlMs, sinceWallMs, sinceMonotonicMs, bootId, capturing] = line as HoldLine;
  const hold: Hold = {
    writer: writerOf(writer),
    lines: JSON.parse(lines) as readonly PoolUnits[],
    ttlMs,
    sinceWallMs,
    sinceMonotonicMs,
    bootId,
    capturing: capturing === 1,
  };
  return [holdId, hold];
}

type HoldLine = [HoldId, number, string, number, number, number, string, number];
