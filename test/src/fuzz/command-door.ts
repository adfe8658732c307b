/**
 * Door 4, commands: what a replica accepts, its parent takes in.
 *
 * A replica that writes down what nobody else can read has sold, and can never tell: its
 * stream is refused from there on. So an accepted command must read back from its own
 * journal as it was answered, and arrive at the root with the same hash.
 */
import { decodeEntry } from '@tallystick/crdt';
import { SimDisk } from '../sim/disk.ts';
import { Prng } from '../sim/prng.ts';
import { receive } from './commands.ts';
import { type Door, nameOf } from './door.ts';
import { hostileCommand } from './hostile-commands.ts';
import { textOf } from './text-of.ts';
import { onSimDisk, Town } from './town.ts';

export const commandDoor: Door = {
  name: 'commands',
  run(seed, tally) {
    const disk = new SimDisk();
    const town = new Town(onSimDisk(disk));
    town.berlin.do(receive('d-0', 'berlin', 20));
    town.calm();
    const { command, field, kind } = hostileCommand(new Prng(seed, 'commands'), town);
    const find = (what: string) => tally.find(seed, `${field} ${kind}: ${what}`);
    try {
      const answer = town.berlin.do(command);
      if (answer?.ok !== true) return tally.refuse();
      tally.accept();
      const { writer, seq } = answer.entry;
      const stored = disk.entries.find((entry) => entry.writer === writer && entry.seq === seq);
      const isSame = stored !== undefined && textOf(read(stored.bytes)) === textOf(answer.entry);
      town.calmFor(4_000);
      const hash = town.hqDisk.hashAt(writer, seq);
      if (hash === undefined) find('accepted, and its stream is refused for ever');
      else if (!isSame) find('accepted, and its journal says something else');
    } catch (error) {
      find(nameOf(error));
    }
  },
};

function read(bytes: Uint8Array): unknown {
  try {
    return decodeEntry(bytes);
  } catch {
    return undefined;
  }
}
