/**
 * Every error that Tallystick names, in one table: the wire, HTTP and the SDK read it.
 *
 * When several apply, the one that stands first is given. `retryable` means: the
 * same request, unchanged, may succeed later. The sentence says what to do.
 */
export interface ErrorKind {
  readonly status: number;
  readonly retryable: boolean;
  readonly sentence: string;
}

const table = {
  // Who are you?
  unauthenticated: [401, false, 'Say who you are: send a valid credential.'],
  unknown_replica: [401, false, 'This replica is not enrolled here. Enrol it with a one-time code.'],
  bad_signature: [401, false, 'The key does not belong to this replica. Enrol it again if its key was lost.'],
  enrolment_refused: [403, false, 'The code is wrong, used or expired. Ask an operator for a new one.'],
  forbidden: [403, false, 'This is not yours to do.'],
  identity_in_use: [409, true, 'Another machine is connected under this name. Give each a name of its own.'],
  replica_retired: [
    403,
    false,
    'This replica was retired, for good. Enrol the device again under another id.',
  ],
  replica_fenced: [403, false, 'This writer was shut out. The replica must go on as a new writer.'],
  // Do we speak the same language?
  unsupported_version: [400, false, 'Upgrade the older side: the two share no protocol version.'],
  malformed_frame: [400, false, 'The bytes do not follow the protocol. Check version and transport.'],
  unsupported_media_type: [415, false, 'Send application/json.'],
  body_too_large: [413, false, 'Send fewer lines, or several requests.'],
  malformed_body: [400, false, 'The body is not what this call takes. See errors for the places.'],
  invalid_request: [400, false, 'A value is missing, unknown or out of range. See errors for the places.'],
  // Does it exist?
  not_found: [404, false, 'There is nothing here by that name.'],
  method_not_allowed: [405, false, 'This cannot be done with it. See the header Allow for what can.'],
  unknown_sku: [404, false, 'No product has this SKU. Check it, or add the product first.'],
  unknown_location: [404, false, 'No location has this id.'],
  unknown_order: [404, false, 'No order has this id here.'],
  unknown_customer: [404, false, 'No customer has this id.'],
  unknown_hold: [404, false, 'No hold has this id here.'],
  unknown_cart: [404, false, 'No cart has this id here.'],
  unknown_transfer: [404, false, 'No transfer has this id.'],
  unknown_webhook: [404, false, 'No webhook endpoint, or no delivery to it, has this id.'],
  position_gone: [
    410,
    false,
    'Events from there on are not kept any more. Read the state anew, and go on from now.',
  ],
  // Do you speak of what is there now?
  precondition_required: [428, false, 'Read it first, and send its ETag as If-Match.'],
  precondition_failed: [412, false, 'It has changed since you read it. Read it again.'],
  // Is it yours, here?
  not_keeper: [409, false, 'Only the replica at that location may do this. Send it there.'],
  kept_elsewhere: [421, false, 'Another region keeps this to itself. Ask at its door; the message names it.'],
  not_owner: [409, false, 'Only the replica that took this order or hold may change it.'],
  // Does it fit what happened before?
  already_exists: [
    409,
    false,
    'There is one by this name already. Replace or patch it, or take another name.',
  ],
  request_under_way: [409, true, 'The same request is being carried out. Ask again in a moment.'],
  document_differs: [422, false, 'This id was used for another request. Take a new id.'],
  already_done: [409, false, 'This was done long ago, and its details are not kept. Do not do it again.'],
  hold_ended: [409, false, 'The hold has expired or was ended. Hold again.'],
  hold_capturing: [409, true, 'A payment for this hold is under way. Wait for its outcome.'],
  already_cancelled: [409, false, 'The order, or this line of it, is cancelled already.'],
  status_move_refused: [409, false, 'It cannot go from its status to that one. See detail for those it can.'],
  cart_closed: [409, false, 'The cart was ordered or merged. Make a new one.'],
  cart_empty: [409, false, 'There is nothing in the cart to order.'],
  cart_changed: [409, false, 'The cart costs something else now. Show it again and ask the shopper.'],
  already_departed: [409, false, 'The goods have left. Take them back as a return.'],
  more_than_ordered: [409, false, 'That is more than the order line has left.'],
  count_outdated: [409, false, 'The books no longer say what this count replaces. Count again.'],
  override_limit: [409, false, 'This till already owes as much as it may. Ask a manager.'],
  former_lives_unknown: [503, true, 'This replica was restored and still waits for its parent. Try again.'],
  // Is there enough?
  insufficient_stock: [409, false, 'There is not enough stock. See items for what is left.'],
  quantity_out_of_range: [400, false, 'A quantity must be a whole number from 1 to 2147483647.'],
  // Can it be reached, is there room?
  rate_limited: [429, true, 'Too many requests. Wait as long as Retry-After says.'],
  keeper_unreachable: [503, true, 'The location cannot be reached now. Try again when its link is back.'],
  owner_unreachable: [503, true, 'The replica that owns this cannot be reached now. Try again later.'],
  parent_unreachable: [503, true, 'The parent replica cannot be reached now. Try again later.'],
  authority_unreachable: [503, true, 'The authority cannot be reached now. Try again later.'],
  overloaded: [503, true, 'Too much is waiting already. Try again in a moment.'],
  read_only: [503, true, 'The disk is full or cannot be written. Make room; nothing is sold until then.'],
  stopping: [503, true, 'This replica is shutting down. Try again in a moment.'],
  internal: [500, true, 'Something went wrong on our side. It was logged; try again.'],
} as const satisfies Record<string, readonly [number, boolean, string]>;

export type ErrorCode = keyof typeof table;

export const ERROR_CODES = Object.keys(table) as readonly ErrorCode[];

export function errorKind(code: ErrorCode): ErrorKind {
  const [status, retryable, sentence] = table[code];
  return { status, retryable, sentence };
}

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(table, text);
}

/** Of several errors, the one that the table puts first. */
export function firstError(codes: readonly ErrorCode[]): ErrorCode | undefined {
  return ERROR_CODES.find((code) => codes.includes(code));
}
