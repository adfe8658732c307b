/**
 * Write now: an answer that is the same for all is handed to the kernel at once, and no stream hears of it.
 *
 * A stream makes a request of each write, calls back when it is done, and keeps books of both: of a refusal, a sixth.
 * Where the socket has no descriptor (TLS, Windows), or its buffer is full, the stream writes what is left, as ever.
 */
import { writeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

interface Inside {
  readonly _handle?: { readonly fd?: number } | null;
}

/** @param socket to which nothing is on its way */
export function writeNow(socket: Socket, bytes: Buffer): void {
  const written = writeDirectly(socket, bytes);
  if (written < bytes.length) socket.write(bytes.subarray(written));
}

/** @returns how many of them the kernel has taken */
function writeDirectly(socket: Socket, bytes: Buffer): number {
  // Never remembered: a descriptor that was closed is soon somebody else's.
  const fd = (socket as unknown as Inside)._handle?.fd ?? -1;
  if (fd < 0 || socket instanceof TLSSocket || socket.writableLength > 0) return 0;
  try {
    return writeSync(fd, bytes);
  } catch {
    // A full buffer, or a peer that is gone: the stream meets it again, and knows what to do.
    return 0;
  }
}
