/**
 * One buffer: what sockets bring is read into the same 64 KiB, one after the other, as `onread` of node:net does it for
 * sockets that one opens oneself. A read into memory of its own takes those 64 KiB from the heap, cuts them down to
 * what came and has V8 keep books of them: in a crowd two microseconds of a refusal, and three of an order.
 *
 * A server's sockets come without that option, so it is set afterwards, in fields that no documentation names.
 * Where they are not as they are here, nothing is changed: bytes come by 'data' then, as ever.
 */
import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** What Node reads at a time. */
const READ_BYTES = 65_536;
const shared = Buffer.allocUnsafeSlow(READ_BYTES);

interface Inside {
  readonly _handle?: { useUserBuffer?: (buffer: Buffer) => void } | null;
  [field: symbol]: unknown;
}

const FIELDS = Object.getOwnPropertySymbols(new Socket());
const [BUFFER, CALLBACK, NEXT_BUFFER] = ['kBuffer', 'kBufferCb', 'kBufferGen'].map((name) =>
  FIELDS.find((field) => field.description === name),
);

/**
 * @param socket whose bytes Node's stream reads now, and nothing else
 * @param take is given all that comes, in memory that the next read of any socket overwrites. Where it says false, those
 * bytes go by 'data'
 * @returns false where this socket, or this Node, has no such way
 */
export function readIntoOneBuffer(socket: Socket, take: (bytes: Buffer) => boolean): boolean {
  const inside = socket as unknown as Inside;
  const handle = inside._handle;
  if (BUFFER === undefined || CALLBACK === undefined || NEXT_BUFFER === undefined) return false;
  // What is under TLS is read by another object.
  if (socket instanceof TLSSocket || typeof handle?.useUserBuffer !== 'function') return false;
  inside[BUFFER] = shared;
  inside[NEXT_BUFFER] = null;
  inside[CALLBACK] = (length: number) => {
    const bytes = shared.subarray(0, length);
    // As Node does where it reads by itself: false is a reader who cannot keep up, and stops the reading.
    return take(bytes) || socket.push(Buffer.from(bytes));
  };
  handle.useUserBuffer(shared);
  return true;
}
