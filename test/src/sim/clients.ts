/**
 * Clients: whoever asks replicas for something, and what they were told.
 *
 * An answer may be lost with the machine that would have given it. Then the same id
 * is asked again until there is an answer, or the asker gives up and never knows.
 */
import type { Answer, Command, Entry, OrderId, OrderMark, Refusal } from '@tallystick/crdt';
import type { Timeline } from './clock.ts';
import type { Faults } from './faults.ts';
import type { SimNode } from './node.ts';
import type { Observer } from './observer.ts';
import type { Prng } from './prng.ts';
import type { Shelves } from './shelves.ts';
import { type Trace, Violation } from './trace.ts';

/** What follows in the world, once, when it is known how a request ended. */
export interface Sequel {
  accepted?(entry: Entry): void;
  refused?(refusal: Refusal): void;
  /** The asker went away without knowing. Without it, nobody goes away. */
  abandoned?(): void;
}

export interface Request {
  readonly node: SimNode;
  readonly command: Command;
  readonly sequel: Sequel;
  state: 'open' | 'accepted' | 'refused' | 'abandoned';
  entry: Entry | undefined;
  tickets: number;
  isUnknown: boolean;
  /** Asked of a life that has ended since: a new one may know nothing of it. */
  isPast: boolean;
  /** An image that was put back did not have it. */
  isForgotten: boolean;
}

function isLacking({ disk }: SimNode, { writer, seq }: Entry): boolean {
  return (disk.head(writer)?.seq ?? 0) < seq;
}

export interface ClientsPorts {
  readonly timeline: Timeline;
  readonly trace: Trace;
  readonly faults: Faults;
  readonly prng: Prng;
  readonly shelves: Shelves;
  readonly observer: Observer;
}

/** What a request is known by: a mark goes by the id of its order. */
export function nameOfRequest(command: Command): string {
  return command.type === 'mark' ? nameOfMark(command.orderId, command.mark) : command.id;
}

export function nameOfMark(orderId: OrderId, mark: OrderMark): string {
  return `${orderId} ${mark}`;
}

export class Clients {
  /** By their names. */
  readonly requests = new Map<string, Request>();
  readonly open = new Set<Request>();
  readonly #ports: ClientsPorts;

  constructor(ports: ClientsPorts) {
    this.#ports = ports;
  }

  ask(node: SimNode, command: Command, sequel: Sequel = {}): Request {
    const request: Request = {
      node,
      command,
      sequel,
      state: 'open',
      entry: undefined,
      tickets: 0,
      isUnknown: false,
      isPast: false,
      isForgotten: false,
    };
    this.requests.set(nameOfRequest(command), request);
    this.open.add(request);
    this.#ports.trace.event(command.type, node.name, 0);
    this.#ports.trace.say(node.name, () => `? ${tellCommand(command)}`);
    this.#submit(request);
    if (this.#ports.prng.chance(this.#ports.faults.commandDoubled)) {
      this.#ports.trace.fault('command doubled', node.name);
      this.#submit(request);
    }
    return request;
  }

  /** Somebody asks again for what was answered long ago, or is being decided. */
  again(request: Request): void {
    if (request.isPast) return;
    if (request.node.isRunning && (request.state === 'open' || request.state === 'accepted'))
      this.#submit(request);
  }

  #submit(request: Request): void {
    request.tickets += 1;
    request.node.submit(request.command, (answer) => {
      request.tickets -= 1;
      this.#answered(request, answer);
    });
  }

  #answered(request: Request, answer: Answer | undefined): void {
    const { trace, observer, shelves } = this.#ports;
    const { node, command } = request;
    if (answer === undefined) {
      request.isUnknown = request.state === 'open';
    } else {
      trace.event('answer', node.name, answer.ok ? answer.entry.seq : 0);
      trace.say(node.name, () => `= ${command.id} ${answer.ok ? `ok #${answer.entry.seq}` : answer.code}`);
      observer.answered(node, answer);
      if (answer.ok) {
        if (request.entry === undefined) {
          request.entry = answer.entry;
          shelves.answered(command, answer);
          if (request.state !== 'abandoned')
            this.#end(request, 'accepted', () => request.sequel.accepted?.(answer.entry));
        } else if (request.entry.writer !== answer.entry.writer || request.entry.seq !== answer.entry.seq) {
          throw new Violation('T8', `${command.id} was answered with two entries`);
        }
      } else if (request.entry !== undefined) {
        // A replica that cannot write says so to everybody, also to whoever asks again.
        if (answer.code === 'read_only') return;
        // So does one that has let go of the entry (D7).
        const { writer, seq } = request.entry;
        if (answer.code === 'already_done' && node.disk.entryAt(writer, seq) === undefined) return;
        throw new Violation('T8', `${command.id} was accepted, and then refused: ${answer.code}`);
      } else if (answer.code === 'read_only') {
        // Nobody knows what a disk has that failed in the middle of it: the same id is asked again.
        request.isUnknown ||= request.state === 'open';
      } else if (answer.code === 'already_done') {
        if (request.state === 'open') this.#end(request, 'accepted', () => {});
      } else if (request.tickets === 0 && request.state === 'open') {
        request.isUnknown = false;
        this.#end(request, 'refused', () => request.sequel.refused?.(answer));
      }
    }
    if (request.isUnknown && request.tickets === 0 && request.state === 'open') this.#later(request);
  }

  /** An earlier image was put back there: whoever waits for an answer is sent home. */
  restored(node: SimNode): void {
    for (const request of this.requests.values()) {
      if (request.node !== node) continue;
      const { entry } = request;
      if (entry !== undefined && !request.isForgotten && isLacking(node, entry)) {
        request.isForgotten = true;
        this.#ports.shelves.forgotten(entry);
      }
      request.isPast = true;
      if (request.state === 'open') this.#end(request, 'abandoned', () => request.sequel.abandoned?.());
    }
  }

  #end(request: Request, state: Request['state'], sequel: () => void): void {
    const isFirst = request.state === 'open';
    request.state = state;
    this.open.delete(request);
    if (isFirst) sequel();
  }

  #later(request: Request): void {
    const { timeline, prng, faults, trace } = this.#ports;
    if (request.sequel.abandoned !== undefined && prng.chance(faults.abandoned)) {
      trace.fault('asker gone', request.node.name);
      return this.#end(request, 'abandoned', () => request.sequel.abandoned?.());
    }
    timeline.after(prng.spanMs(20, 1_000), () => {
      if (request.state !== 'open' || request.tickets > 0) return;
      if (request.node.isRunning) this.#submit(request);
      else this.#later(request);
    });
  }
}

function tellCommand(command: Command): string {
  const wait = command.waitMs === undefined ? '' : ` waits ${command.waitMs} ms`;
  switch (command.type) {
    case 'sell':
      return `sell ${command.id}: ${command.lines
        .map((l) => `${l.quantityBase} ${l.sku}@${l.locationId ?? '?'}`)
        .join(', ')}${command.override === undefined ? '' : ' override'}${wait}`;
    case 'hold':
    case 'receive':
    case 'lose':
      return `${command.type} ${command.id}: ${command.lines.map(({ pool, n }) => `${n} ${pool}`).join(', ')}${wait}`;
    case 'count':
      return `count ${command.id}: ${command.lines.map(({ pool, found }) => `${found} ${pool}`).join(', ')}`;
    case 'mark':
      return `mark ${command.id} ${command.mark}`;
    default:
      return `${command.type} ${command.id}`;
  }
}
