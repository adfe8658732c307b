/** Paced: things done evenly, so many a second, whether those before have ended or not. */

/** A timer would be late by a millisecond or two; those that are due by then are done at once. */
const TICK_MS = 2;

/** Resolves when all have ended. Each is told when it was due, for that is when its customer came. */
export async function paced(
  startMs: number,
  perSecond: number,
  count: number,
  act: (n: number, dueMs: number) => Promise<void>,
): Promise<void> {
  const acts: Promise<void>[] = [];
  while (acts.length < count) {
    const dueMs = startMs + (acts.length * 1_000) / perSecond;
    if (performance.now() >= dueMs) acts.push(act(acts.length, dueMs));
    else await new Promise((resolve) => setTimeout(resolve, Math.min(TICK_MS, dueMs - performance.now())));
  }
  await Promise.all(acts);
}
