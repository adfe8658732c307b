/** Answers check: what was answered stands in the books of the root, and nothing that nobody asked for. */
import type { Command, Entry } from '@tallystick/crdt';
import { nameOfMark, nameOfRequest } from './clients.ts';
import { readOnce } from './disk-tables.ts';
import type { SimNode } from './node.ts';
import { OrderLines } from './order-lines.ts';
import { Violation } from './trace.ts';
import type { World } from './world.ts';

/** Each thing that was answered stands in the books once, as it was answered, and nobody else's does. */
export function checkAnswers(world: World): void {
  const inBooks = new Map<string, Entry>();
  const lines = new OrderLines();
  const asked = new Set(['sold', 'confirmed', 'held', 'extended', 'capturing', 'released', 'cancelled']);
  for (const type of ['received', 'returned', 'shipped', 'counted', 'lost', 'reclaimed', 'marked'])
    asked.add(type);
  for (const stored of (world.nodes[0] as SimNode).disk.entries) {
    const entry = readOnce(stored);
    const { body, docId } = entry;
    if (!asked.has(body.type) || (body.type === 'released' && body.cause === 'expired')) continue;
    const name = body.type === 'marked' ? nameOfMark(body.orderId, body.mark) : docId;
    if (inBooks.has(name)) throw new Violation('doubled', `${name} stands in the books twice`);
    const request = world.clients.requests.get(name);
    if (request === undefined) throw new Violation('books', `${name} was asked by nobody`);
    if (request.state === 'refused')
      throw new Violation('books', `${name} was refused and stands in the books`);
    checkGoods(request.command, entry);
    lines.add(entry);
    inBooks.set(name, entry);
  }
  lines.check(tornOrders(world, inBooks));
  for (const { command, entry, isPast } of world.clients.requests.values()) {
    if (entry === undefined) continue;
    const name = nameOfRequest(command);
    const booked = inBooks.get(name);
    if (booked === undefined && isPast) {
      world.trace.saw('accepted, and gone with a restored image');
      continue;
    }
    if (booked === undefined) throw new Violation('lost', `${name} was accepted and is not in the books`);
    if (booked.writer !== entry.writer || booked.seq !== entry.seq) {
      throw new Violation('lost', `${name} was answered with another entry than the books have`);
    }
  }
}

/** Orders of which somebody did something that is gone with an image that was put back. */
function tornOrders(world: World, inBooks: ReadonlyMap<string, Entry>): Set<string> {
  const torn = new Set<string>();
  for (const { command, isPast, state } of world.clients.requests.values()) {
    // A mark moves nothing.
    if (!isPast || state === 'refused' || command.type === 'mark' || inBooks.has(command.id)) continue;
    torn.add('orderId' in command ? command.orderId : command.id);
  }
  return torn;
}

/** The books say what was asked for, unit by unit. */
function checkGoods(command: Command, { body }: Entry): void {
  if (command.type !== 'sell' || body.type !== 'sold') return;
  const asked = command.lines.map((line) => `${line.lineId} ${line.sku} ${line.quantityBase}`).join();
  const sold = body.lines.map((line) => `${line.lineId} ${line.sku} ${line.quantityBase}`).join();
  if (asked !== sold) throw new Violation('books', `${command.id} asked ${asked} and sold ${sold}`);
}
