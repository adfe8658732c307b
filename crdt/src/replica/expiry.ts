/** Expiry: holds whose time is over are let go by the writer that opened them (F9). */
import type { EntryBody } from '../entry/entry.ts';
import { decideExpiries } from './decide-sale.ts';
import { holdLeftMs } from './holds.ts';
import type { Ledger, Now } from './ledger.ts';

/** Looks at holds only when one can be due, and notes when the next one can. */
export function expireHolds(ledger: Ledger, now: Now, released: (body: EntryBody) => void): void {
  if (now.monotonicMs < ledger.openHolds.dueMs) return;
  ledger.openHolds.countIn(now);
  for (const body of decideExpiries(ledger, now)) {
    released(ledger.append(body, `expired-${body.holdId}`, 'system', now).body);
  }
  let leftMs = Number.POSITIVE_INFINITY;
  for (const hold of ledger.holds.values()) {
    if (!hold.capturing) leftMs = Math.min(leftMs, Math.max(0, holdLeftMs(hold, now)));
  }
  ledger.openHolds.dueMs = now.monotonicMs + leftMs;
}
