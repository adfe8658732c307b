/** All doors, by name. Each is made when it is needed: some open folders and sockets. */
import { commandDoor } from './command-door.ts';
import type { Door } from './door.ts';
import { journalDoor } from './journal-door.ts';
import { linkDoor } from './link-door.ts';
import { socketDoor } from './socket-door.ts';
import { wireDoor } from './wire-door.ts';

export const DOORS: Readonly<Record<string, () => Door>> = {
  decoder: wireDoor,
  link: () => linkDoor,
  socket: socketDoor,
  journal: journalDoor,
  commands: () => commandDoor,
};
