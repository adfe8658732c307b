/**
 * Taking over: customers of the books who are to move to this region. Each is copied to its disk first; then the books
 * forget what they had and say so, and from then on the copy is what is known. Cut off anywhere in between, it goes on there.
 */
import type { Arriving, Copied, ResidentFile } from './resident-file.ts';

/** As many as the books give out at once. */
const AT_ONCE = 20;

export interface TakeOverPorts {
  readonly file: ResidentFile;
  /** @throws Problem where the authority cannot be asked, or refuses */
  ask(call: object): Promise<unknown>;
}

/** Takes over all who are to move here. @throws Problem as above: what is left is taken over the next time */
export async function takeOver(ports: TakeOverPorts): Promise<void> {
  const { file, ask } = ports;
  for (;;) {
    await settle(ports, file.arriving(AT_ONCE));
    const { items } = (await ask({ call: 'resident.moving' })) as { items: Arriving[] };
    for (const item of items) file.arrive(item);
    // Where all of them were changed meanwhile, the next look has time enough.
    if ((await settle(ports, items)) === 0) return;
  }
}

/** Somebody of whom there is a copy here, and of whom it is open whose they are: asks. @throws Problem as above */
export async function settleOne(ports: TakeOverPorts, id: string): Promise<void> {
  const copy = ports.file.arrivingOf(id);
  if (copy !== undefined) await settle(ports, [copy]);
}

/** @returns how many are kept here from now on */
async function settle({ file, ask }: TakeOverPorts, copies: readonly Copied[]): Promise<number> {
  if (copies.length === 0) return 0;
  const items = copies.map(({ id, version, move }) => ({ id, version, move }));
  const { ids } = (await ask({ call: 'resident.moved', items })) as { ids: string[] };
  // Several may ask at once, and be answered late: what is said is said of the copy that was asked about.
  for (const copy of items) file.arrived(copy, ids.includes(copy.id));
  return ids.length;
}
