/** After the storm: waits until every replica says that all it did is in the books. */
import type { Fleet } from './fleet.ts';
import { TREE } from './tree.ts';

const SETTLE_MS = 120_000;
const PROGRESS_MS = 5_000;
/** Rights may still be on their way when everybody looks settled for a moment. */
const QUIET_ROUNDS = 5;
const ROUND_MS = 200;

/** @returns seconds that it took; a violation where it does not come to rest. */
export async function settle(
  fleet: Fleet,
  say: (line: string) => void,
  onViolation: (story: string) => void,
): Promise<number> {
  const startedMs = performance.now();
  let saidMs = startedMs;
  for (let quiet = 0; quiet < QUIET_ROUNDS; ) {
    const open = (await Promise.all(TREE.map(({ id }) => openAt(fleet, id)))).filter(
      (one) => one !== undefined,
    );
    quiet = open.length === 0 ? quiet + 1 : 0;
    const nowMs = performance.now();
    if (nowMs - startedMs > SETTLE_MS) {
      onViolation(`not settled ${SETTLE_MS / 1_000} s after healing: ${open.join('; ')}`);
      break;
    }
    if (nowMs - saidMs > PROGRESS_MS && open.length > 0) {
      say(`settling: ${open.join('; ')}`);
      saidMs = nowMs;
    }
    await new Promise((resolve) => setTimeout(resolve, ROUND_MS));
  }
  return Math.round((performance.now() - startedMs) / 100) / 10;
}

/** What is still open at a replica, in words; undefined where nothing is. */
async function openAt(fleet: Fleet, replica: string): Promise<string | undefined> {
  const status = await fleet.status(replica);
  if (status === undefined) return `${replica} does not answer`;
  const { unsettled, openHolds } = status;
  if (unsettled > 0) return `${replica} has ${unsettled} entries that have not settled`;
  return openHolds > 0 ? `${replica} has ${openHolds} holds` : undefined;
}
