/**
 * With others: what one pass of the loop answers goes out together, at its end.
 *
 * A client that has nothing to do sleeps, and to wake it costs whoever writes to it as much as the writing. Where
 * many connections belong to one client, as a shop's server has them, it is asleep again before the next of its
 * answers is made; of those that go out together the first wakes it, and the others find it awake.
 *
 * That is for answers that are made at once. Those that waited for one commit follow each other as it is, and to
 * hold back the first would only keep its client idle. Nor do answers wait for work: whoever is about to do some,
 * for another request of the same pass, lets them out first.
 */
/** More go out before the end of the pass. */
const TOGETHER_MAX = 32;
/** Nor does an answer wait longer for the next one. */
const WAIT_MS_MAX = 0.5;

let due: (() => void)[] = [];
let firstMs = 0;

/** Calls `write` once this pass has read its sockets, or when enough are there. */
export function withOthers(write: () => void): void {
  const nowMs = performance.now();
  if (due.length === 0) {
    firstMs = nowMs;
    setImmediate(letOut);
  }
  due.push(write);
  if (due.length === TOGETHER_MAX || nowMs - firstMs > WAIT_MS_MAX) letOut();
}

/** Writes what waits: before anything that takes a while. */
export function letOut(): void {
  const writes = due;
  if (writes.length === 0) return;
  due = [];
  for (const write of writes) {
    try {
      write();
    } catch (error) {
      // None of the others, and nobody in whose turn it happens, has to do with it.
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}
