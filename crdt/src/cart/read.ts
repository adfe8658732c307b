/** Reading a cart: what its document says, or why it is none that this release reads. */
import type * as Y from 'yjs';
import { isDocumentId, isSku, type Sku } from '../ids.ts';
import { isTotal, readPresses } from './press.ts';
import { isSlipName, quantityOf, readSaying, type Said } from './saying.ts';
import {
  CART_LINES_MAX,
  CART_VERSION,
  type CartFields,
  fieldsOf,
  isPlain,
  isSlip,
  NOTE_CHARS_MAX,
  OPAQUE_CHARS_MAX,
  type Press,
  type Refused,
  type Saying,
  SLIPS_MAX,
  slipsOf,
} from './schema.ts';

export interface CartLine {
  readonly sku: Sku;
  /** Base units, from 1. */
  readonly quantity: number;
}

export interface Cart extends CartFields {
  /** In order of their SKUs, each once. */
  readonly lines: readonly CartLine[];
  /** The order that it became. */
  readonly order?: string;
  /** The cart that took over what was in this guest's. */
  readonly mergedInto?: string;
  /** Why "order" did nothing when it was pressed last. */
  readonly refused?: Refused;
  /** Where "order" is pressed and nobody answered yet. */
  readonly presses?: readonly Press[];
}

export type CartRead =
  | { readonly ok: true; readonly cart: Cart }
  /** `newer`: written by a release that knows more; leave it alone. */
  | { readonly ok: false; readonly why: 'newer' | 'malformed'; readonly message: string };

/**
 * What a document says. Slips and sayings that follow no rule are an error and not skipped: two
 * readers would else see two carts.
 */
export function readCart(doc: Y.Doc): CartRead {
  const fields = fieldsOf(doc);
  const version = fields.get('v') ?? CART_VERSION;
  if (typeof version === 'number' && version > CART_VERSION) {
    return { ok: false, why: 'newer', message: `The cart has version ${version}. Upgrade to read it.` };
  }
  if (version !== CART_VERSION) return malformed('v is not a version');
  const wrong = wrongField(fields);
  if (wrong !== undefined) return malformed(`${wrong} is not what the schema says`);
  const said = saidOf(doc);
  if (typeof said === 'string') return malformed(said);
  const lines = [...said]
    .map(([sku, sayings]) => ({ sku: sku as Sku, quantity: quantityOf(sayings) }))
    .filter(({ quantity }) => quantity > 0)
    .sort((a, b) => (a.sku < b.sku ? -1 : 1));
  if (lines.length > CART_LINES_MAX) return malformed(`more than ${CART_LINES_MAX} lines`);
  const presses = readPresses(doc);
  if (presses === undefined) return malformed('a press is not what the schema says');
  if (presses.length > SLIPS_MAX) return malformed(`pressed on more than ${SLIPS_MAX} devices`);
  const { v: _, ...values } = fields.toJSON();
  const pressed = presses.length === 0 ? {} : { presses };
  return { ok: true, cart: { ...(values as CartFields), ...pressed, lines } };
}

/** Of a document that was read before. */
export function linesOf(doc: Y.Doc): Map<string, Said> {
  const said = saidOf(doc);
  if (typeof said === 'string') throw new RangeError(`Not a cart: ${said}`);
  return said;
}

/** By SKU, then by slip; a text says what is wrong. */
function saidOf(doc: Y.Doc): Map<string, Map<string, Saying>> | string {
  const slips = slipsOf(doc);
  if (slips.size > SLIPS_MAX) return `more than ${SLIPS_MAX} devices`;
  const said = new Map<string, Map<string, Saying>>();
  for (const [name, slip] of slips.entries()) {
    if (!isSlipName(name) || !isSlip(slip)) return 'a slip is not what the schema says';
    for (const [sku, value] of slip.entries()) {
      const saying = readSaying(value);
      if (!isSku(sku) || saying === undefined) return 'a saying is not what the schema says';
      let bySlip = said.get(sku);
      if (bySlip === undefined) {
        bySlip = new Map();
        said.set(sku, bySlip);
      }
      bySlip.set(name, saying);
    }
  }
  return said;
}

const opaque = (value: unknown) =>
  typeof value === 'string' && value.length <= OPAQUE_CHARS_MAX && isDocumentId(value);

function isRefused(value: unknown): boolean {
  if (!isPlain(value)) return false;
  const { code, total } = value;
  return typeof code === 'string' && code.length <= OPAQUE_CHARS_MAX && (total === null || isTotal(total));
}

const FIELD_IS: Readonly<Record<string, (value: unknown) => boolean>> = {
  v: (value) => value === CART_VERSION,
  customer: opaque,
  delivery: opaque,
  order: opaque,
  mergedInto: opaque,
  refused: isRefused,
  gift: (value) => typeof value === 'boolean',
  note: isNote,
};

/** Text that can be stored and shown anywhere: no control character but line ends, no half a character. */
export function isNote(value: unknown): value is string {
  return typeof value === 'string' && value.length <= NOTE_CHARS_MAX && !/(?!\n)[\p{Cc}\p{Cs}]/u.test(value);
}

/** Whether a cart has such a field, and this may stand there. */
export function isFieldValue(name: string, value: unknown): boolean {
  return Object.hasOwn(FIELD_IS, name) && FIELD_IS[name]?.(value) === true;
}

function wrongField(fields: Y.Map<unknown>): string | undefined {
  for (const [name, value] of fields.entries()) {
    if (!Object.hasOwn(FIELD_IS, name)) return 'an unknown field';
    if (!isFieldValue(name, value)) return name;
  }
  return undefined;
}

function malformed(message: string): CartRead {
  return { ok: false, why: 'malformed', message };
}
