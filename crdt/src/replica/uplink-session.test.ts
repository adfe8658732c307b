/** What a child remembers of its link: when it asks, how long it waits, and which asks are due (L2, L3, L5). */
import { describe, expect, test } from 'vitest';
import { name } from './books.test-kit.ts';
import {
  type Ask,
  bytesOf,
  dueAsks,
  openUplinkSession,
  questionAtMs,
  type UplinkSession,
  waitLonger,
} from './uplink-session.ts';
import { pool } from './world.test-kit.ts';

const RESEND_MS = 1_000;
const link = { resendMs: RESEND_MS, gatherMs: 0, inFlightBytesMax: 1, streamBytesTarget: 1 };
const open = (nowMs = 0) => openUplinkSession(name('hq'), 7, nowMs, link);
const frame = { from: 7, to: 9, bytes: 30 };

/** Asks whenever it is time, and hears nothing: when it asked. */
function askedAt(session: UplinkSession, times: number): number[] {
  return Array.from({ length: times }, () => {
    const at = questionAtMs(session);
    waitLonger(session, at, link);
    return at;
  });
}

describe('[L2] a parent that is silent', () => {
  test('[L2] about entries is asked at growing intervals, and never less often than every sixteenth', () => {
    const session = open(500);
    session.inFlight.push(frame);
    expect(askedAt(session, 7)).toEqual([1_500, 3_500, 7_500, 15_500, 31_500, 47_500, 63_500]);
  });

  test('[L2] about what is settled, as well, and twice as late', () => {
    expect(askedAt(open(500), 6)).toEqual([2_500, 6_500, 14_500, 30_500, 46_500, 62_500]);
  });

  test('[L2] is asked about the one as though it had never been asked about the other', () => {
    const session = open();
    askedAt(session, 3);
    session.inFlight.push(frame);
    expect(questionAtMs(session)).toBe(RESEND_MS);
    askedAt(session, 3);
    session.inFlight = [];
    expect(questionAtMs(session)).toBe(30_000);
  });

  test('[L2] may be told everything anew for a gap once it was asked again, and not for another question', () => {
    const session = open();
    session.rewoundAt = 7;
    waitLonger(session, 0, link);
    expect(session.rewoundAt).toBe(7);
    session.inFlight.push(frame);
    waitLonger(session, 0, link);
    expect(session.rewoundAt).toBe(undefined);
  });
});

test('[L2] a session begins where the parent stands, with nothing on its way and nothing to say', () => {
  const { sendFrom, ackedTo, base, inFlight, isUrgent, streamDueMs, seenDueMs } = open();
  expect([sendFrom, ackedTo, base, inFlight, isUrgent]).toEqual([7, 7, 7, [], false]);
  expect([streamDueMs, seenDueMs]).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
});

test('[L5] bytes on their way are those of all frames', () => {
  expect([bytesOf([]), bytesOf([frame, { ...frame, bytes: 12 }])]).toEqual([0, 42]);
});

describe('[L3] asks', () => {
  const lamp = pool('lamp');
  const asks = (ask: Ask) => new Map([[lamp, { ...ask }]]);
  const fresh: Ask = { atLeast: 4, untilMs: 5_000, sentAtMs: Number.NEGATIVE_INFINITY };

  test('[L3] are sent at once, with what is left of their time, and again when nobody answered', () => {
    const all = asks(fresh);
    expect(dueAsks(all, 1_000.4, RESEND_MS)).toEqual([{ pool: lamp, atLeast: 4, waitMs: 4_000 }]);
    expect(dueAsks(all, 2_000, RESEND_MS)).toEqual([]);
    expect(dueAsks(all, 2_000.4, RESEND_MS)).toEqual([{ pool: lamp, atLeast: 4, waitMs: 3_000 }]);
  });

  test('[L3] are forgotten when their time is over', () => {
    const all = asks(fresh);
    expect(dueAsks(all, 4_999, RESEND_MS)).toHaveLength(1);
    expect([dueAsks(all, 5_000, RESEND_MS), all.size]).toEqual([[], 0]);
  });
});
