/** Frames of the y-websocket protocol, one message each: read from hostile bytes, and written. */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';

const SYNC = 0;
const AWARENESS = 1;
const AUTH = 2;
const QUERY_AWARENESS = 3;
const STATE_VECTOR = 0;
const MISSING = 1;
const UPDATE = 2;

export type LiveFrame =
  /** "I have this much; what do I lack?" */
  | { readonly kind: 'ask'; readonly stateVector: Uint8Array }
  | { readonly kind: 'update'; readonly update: Uint8Array }
  | { readonly kind: 'awareness'; readonly presences: readonly Presence[] }
  | { readonly kind: 'query-awareness' };

/** What one client shows of itself to the others, for as long as it is there. */
export interface Presence {
  readonly client: number;
  readonly clock: number;
  /** JSON; `null` where it left. */
  readonly state: string;
}

const PRESENCES_MAX = 100;
const PRESENCE_CHARS_MAX = 2_048;

/** @throws Error for bytes that are no such frame */
export function readLiveFrame(bytes: Uint8Array): LiveFrame {
  const decoder = decoding.createDecoder(bytes);
  const type = decoding.readVarUint(decoder);
  switch (type) {
    case SYNC: {
      const step = decoding.readVarUint(decoder);
      const body = decoding.readVarUint8Array(decoder);
      if (step === STATE_VECTOR) return { kind: 'ask', stateVector: body };
      if (step === MISSING || step === UPDATE) return { kind: 'update', update: body };
      throw new RangeError(`no sync step ${step}`);
    }
    case AWARENESS:
      return { kind: 'awareness', presences: readPresences(decoding.readVarUint8Array(decoder)) };
    case QUERY_AWARENESS:
      return { kind: 'query-awareness' };
    default:
      throw new RangeError(`no message of type ${type}`);
  }
}

function readPresences(bytes: Uint8Array): Presence[] {
  const decoder = decoding.createDecoder(bytes);
  const count = decoding.readVarUint(decoder);
  if (count > PRESENCES_MAX) throw new RangeError('too many clients in one message');
  return Array.from({ length: count }, () => {
    const client = decoding.readVarUint(decoder);
    const clock = decoding.readVarUint(decoder);
    // Its leaving is told with the next number, and a stock client throws at one that it cannot count to.
    if (clock >= Number.MAX_SAFE_INTEGER) throw new RangeError('a client counts too far');
    const state = decoding.readVarString(decoder);
    if (state.length > PRESENCE_CHARS_MAX) throw new RangeError('a client shows too much of itself');
    // Others parse it: what is no JSON would end them.
    JSON.parse(state);
    return { client, clock, state };
  });
}

export function askFrame(stateVector: Uint8Array): Uint8Array {
  return syncFrame(STATE_VECTOR, stateVector);
}

/** The answer to an ask, which tells a client that it is in step. */
export function missingFrame(update: Uint8Array): Uint8Array {
  return syncFrame(MISSING, update);
}

export function updateFrame(update: Uint8Array): Uint8Array {
  return syncFrame(UPDATE, update);
}

/** The length of a body that takes one byte. */
const ONE_BYTE_MAX = 127;

function syncFrame(step: number, body: Uint8Array): Uint8Array {
  if (body.length <= ONE_BYTE_MAX) {
    // Nearly all of them; an encoder would cost more than all else here.
    const frame = Buffer.allocUnsafe(3 + body.length);
    frame[0] = SYNC;
    frame[1] = step;
    frame[2] = body.length;
    frame.set(body, 3);
    return frame;
  }
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, SYNC);
  encoding.writeVarUint(encoder, step);
  encoding.writeVarUint8Array(encoder, body);
  return encoding.toUint8Array(encoder);
}

export function awarenessFrame(presences: readonly Presence[]): Uint8Array {
  const body = encoding.createEncoder();
  encoding.writeVarUint(body, presences.length);
  for (const { client, clock, state } of presences) {
    encoding.writeVarUint(body, client);
    encoding.writeVarUint(body, clock);
    encoding.writeVarString(body, state);
  }
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, AWARENESS);
  encoding.writeVarUint8Array(encoder, encoding.toUint8Array(body));
  return encoding.toUint8Array(encoder);
}

/** A stock client writes the reason to its console. */
export function deniedFrame(reason: string): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, AUTH);
  encoding.writeVarUint(encoder, 0);
  encoding.writeVarString(encoder, reason);
  return encoding.toUint8Array(encoder);
}
