/** Executing: one command becomes at most one entry, once (T8). */
import type { BodyOf, Entry } from '../entry/entry.ts';
import { TooLarge } from '../entry/lines-codec.ts';
import type { Payment } from '../order/order.ts';
import { sumByPool } from '../tally/guards.ts';
import { findFault } from './check-command.ts';
import { type Answer, type Command, type ConfirmHold, type Refusal, refuse, type Sell } from './command.ts';
import {
  decideCancel,
  decideCount,
  decideLose,
  decideReceive,
  decideReturn,
  decideShip,
  handedBack,
} from './decide-goods.ts';
import { decideMark } from './decide-mark.ts';
import { decideReclaim } from './decide-reclaim.ts';
import {
  type Decided,
  decideCapture,
  decideConfirm,
  decideExtend,
  decideHold,
  decideRelease,
  decideSell,
} from './decide-sale.ts';
import type { Directory } from './directory.ts';
import type { DocumentKind } from './documents.ts';
import type { Ledger, Now } from './ledger.ts';
import { isSameGoods } from './pieces.ts';

export interface Executing {
  readonly ledger: Ledger;
  readonly directory: Directory;
  readonly now: Now;
  readonly holdsMax: number;
  /** False while a restored replica waits for what its former lives did (T8). */
  readonly knowsFormerLives: boolean;
}

/** The first answer where the id is known, else a decision of now. A refusal writes nothing. */
export function execute(context: Executing, command: Command): Answer {
  const judged = judge(context, command);
  if (!('body' in judged)) return judged;
  try {
    const { ledger } = context;
    const entry = ledger.append(judged.body, command.id, command.actor, context.now);
    const handed = entry.body.type === 'cancelled' ? handedBack(ledger, entry.body) : undefined;
    if (handed !== undefined) ledger.append(handed, '', 'system', context.now);
    return { ok: true, entry, replayed: false };
  } catch (error) {
    if (error instanceof TooLarge)
      return refuse('invalid_request', `This is more than one document may hold: ${error.message}.`);
    throw error;
  }
}

/** Nothing is written: what is new is yet to become an entry. */
export function judge(context: Executing, command: Command): Answer | Decided {
  const { ledger } = context;
  const fault = findFault(command);
  if (fault !== undefined) return refuse('invalid_request', fault);
  const first = firstAnswer(ledger, command);
  if (first !== undefined) return first;
  // Its first life begins when it meets its parent, in a commit that may fail after a door took this in.
  if (!ledger.hasLife) {
    return refuse('former_lives_unknown', 'This replica has not met its parent yet. Try again.');
  }
  if (needsFormerLives(command) && !context.knowsFormerLives) {
    return refuse('former_lives_unknown', 'This replica was restored and waits for its parent.');
  }
  return decide(context, command);
}

/** What a command whose id is known is answered, whatever is decided now; undefined where it is new (T8). */
export function firstAnswer(ledger: Ledger, command: Command): Answer | undefined {
  const done = ledger.findDocument(kindOf(command), command.id);
  if (done === undefined) return undefined;
  const known = ledger.entryAt(done.writer, done.seq);
  // D7: documents outlive their entries, so that a late repeat is still a repeat.
  if (known === undefined) return refuse('already_done', `${command.id} was done long ago.`);
  return isSameRequest(known, command)
    ? { ok: true, entry: known, replayed: true }
    : refuse('document_differs', `${command.id} was used for another request.`);
}

function decide(context: Executing, command: Command): Decided {
  const { ledger, directory, now } = context;
  switch (command.type) {
    case 'sell':
      return decideSell(ledger, directory, command);
    case 'hold':
      return ledger.holds.size < context.holdsMax
        ? decideHold(ledger, command)
        : refuse('overloaded', 'Too many holds are open.');
    case 'extend':
      return decideExtend(ledger, command, now);
    case 'capture':
      return decideCapture(ledger, command.holdId, now);
    case 'confirm':
      return decideConfirm(ledger, command, now);
    case 'release':
      return decideRelease(ledger, command);
    case 'cancel':
      return decideCancel(ledger, command);
    case 'receive':
      return decideReceive(ledger, directory, command);
    case 'return':
      return decideReturn(ledger, directory, command);
    case 'ship':
      return decideShip(ledger, directory, command);
    case 'count':
      return decideCount(ledger, directory, command);
    case 'lose':
      return decideLose(ledger, directory, command);
    case 'reclaim':
      return decideReclaim(ledger, command);
    case 'mark':
      return decideMark(ledger, command);
    default:
      return command satisfies never;
  }
}

/** Whatever creates rights or ends goods must know what was done before, in every life (T8). */
function needsFormerLives(command: Command): boolean {
  switch (command.type) {
    // It may have been sold before the image was put back, and the books know it (T8).
    case 'sell':
      return command.override === undefined;
    case 'hold':
    case 'receive':
    case 'return':
    case 'count':
    case 'lose':
    case 'ship':
    case 'cancel':
    case 'reclaim':
    case 'mark':
      return true;
    default:
      return false;
  }
}

const KINDS: Readonly<Record<Exclude<Command['type'], 'mark'>, DocumentKind>> = {
  sell: 'order',
  confirm: 'order',
  hold: 'hold',
  extend: 'extension',
  capture: 'capture',
  release: 'release',
  cancel: 'cancellation',
  receive: 'receipt',
  return: 'return',
  ship: 'shipment',
  count: 'count',
  lose: 'loss',
  reclaim: 'reclaim',
};

export function kindOf(command: Command): DocumentKind {
  return command.type === 'mark' ? command.mark : KINDS[command.type];
}

/** Does the entry that first carried this id do what is asked now? Prices may have moved; goods and amounts may not. */
function isSameRequest(known: Entry, command: Command): boolean {
  const { body } = known;
  switch (command.type) {
    case 'sell':
      return body.type === 'sold' && isSameDeal(body, command);
    case 'confirm':
      return body.type === 'confirmed' && body.holdId === command.holdId && isSameDeal(body, command);
    case 'hold':
      return body.type === 'held' && sameUnits(body.lines, command.lines);
    case 'extend':
      return body.type === 'extended' && body.holdId === command.holdId;
    case 'capture':
      return body.type === 'capturing' && body.holdId === command.holdId;
    case 'release':
      return body.type === 'released' && body.holdId === command.holdId;
    case 'cancel':
      return body.type === 'cancelled' && body.orderId === command.orderId;
    case 'receive':
      return body.type === 'received' && sameUnits(body.lines, command.lines);
    case 'return':
      return (
        body.type === 'returned' && body.orderId === command.orderId && sameUnits(body.lines, command.lines)
      );
    case 'ship':
      return (
        body.type === 'shipped' && body.orderId === command.orderId && sameUnits(body.lines, command.lines)
      );
    case 'count':
      return (
        body.type === 'counted' &&
        body.lines.length === command.lines.length &&
        command.lines.every(({ pool, found }) => body.lines.some((l) => l.pool === pool && l.found === found))
      );
    case 'lose':
      return (
        body.type === 'lost' &&
        sameUnits(
          body.lines.map(({ pool, less }) => ({ pool, n: less })),
          command.lines,
        )
      );
    case 'reclaim':
      return (
        body.type === 'reclaimed' && body.writer === command.writer && sameUnits(body.items, command.items)
      );
    case 'mark':
      return body.type === 'marked' && body.orderId === command.orderId && body.mark === command.mark;
    default:
      return command satisfies never;
  }
}

/** The same goods, for the same buyer, paid for in the same way. */
function isSameDeal(known: BodyOf<'sold' | 'confirmed'>, asked: Sell | ConfirmHold): boolean {
  const paid = (payments: readonly Payment[]) =>
    JSON.stringify(payments.map((each) => [each.method, each.amountMinor, each.currency, each.reference]));
  return (
    isSameGoods(known.lines, asked.lines) &&
    known.clientId === asked.clientId &&
    known.customerId === asked.customerId &&
    paid(known.payments) === paid(asked.payments)
  );
}

function sameUnits(known: Parameters<typeof sumByPool>[0], asked: Parameters<typeof sumByPool>[0]): boolean {
  const a = sumByPool(known);
  const b = sumByPool(asked);
  return a.size === b.size && [...a].every(([pool, n]) => b.get(pool) === n);
}

/** True where units from elsewhere could turn the refusal into a sale (R4). */
export function mayWait(command: Command, refusal: Refusal): boolean {
  return refusal.code === 'insufficient_stock' && (command.waitMs ?? 0) > 0;
}
