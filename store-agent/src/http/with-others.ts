/**
 * With others: what one pass of the loop answers goes out together, at its end.
 *
 * A client that has nothing to do sleeps, and to wake it costs whoever writes to it as much as the writing. Where
 * many connections belong to one client, as a shop's server has them, it is asleep again before the next of its
 * answers is made; of those that go out together the first wakes it, and the others find it awake.
 *
 * That is for answers that are made at once. Those that waited for one commit follow each other as it is, and to
 * hold back the first would only keep its client idle.
 */
/** Longer than the making of so many nobody waits. */
const TOGETHER_MAX = 32;

let due: (() => void)[] = [];

/** Calls `write`, which must not throw, once this pass has read its sockets, or when enough are there. */
export function withOthers(write: () => void): void {
  due.push(write);
  if (due.length === 1) setImmediate(writeAll);
  if (due.length === TOGETHER_MAX) writeAll();
}

function writeAll(): void {
  const writes = due;
  due = [];
  for (const write of writes) write();
}
