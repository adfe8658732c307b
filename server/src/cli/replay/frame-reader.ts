/** Cuts a stream of bytes into the HTTP upgrade and then whole WebSocket frames (RFC 6455, 5.2), each as it came. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);
  #isUpgraded = false;

  read(chunk: Buffer): Buffer[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const whole: Buffer[] = [];
    for (;;) {
      const bytes = this.#isUpgraded ? frameBytes(this.#rest) : headBytes(this.#rest);
      if (bytes === undefined || bytes > this.#rest.length) return whole;
      this.#isUpgraded = true;
      whole.push(this.#rest.subarray(0, bytes));
      this.#rest = this.#rest.subarray(bytes);
    }
  }
}

/** What a whole frame carries, or its first `most` bytes, with the sender's mask taken off. */
export function payloadOf(frame: Buffer, most = Number.POSITIVE_INFINITY): Buffer {
  const second = frame[1] as number;
  const short = second & 0x7f;
  const maskAt = short < 126 ? 2 : short === 126 ? 4 : 10;
  const isMasked = (second & 0x80) !== 0;
  const from = isMasked ? maskAt + 4 : maskAt;
  const payload = Buffer.from(frame.subarray(from, Math.min(frame.length, from + most)));
  if (isMasked)
    for (let i = 0; i < payload.length; i += 1)
      payload[i] = (payload[i] as number) ^ (frame[maskAt + (i % 4)] as number);
  return payload;
}

function headBytes(bytes: Buffer): number | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  return end < 0 ? undefined : end + 4;
}

/** How long the frame at the start is; undefined while even that is not here yet. */
function frameBytes(bytes: Buffer): number | undefined {
  if (bytes.length < 2) return undefined;
  const second = bytes[1] as number;
  const mask = second & 0x80 ? 4 : 0;
  const short = second & 0x7f;
  if (short < 126) return 2 + mask + short;
  if (short === 126) return bytes.length < 4 ? undefined : 4 + mask + bytes.readUInt16BE(2);
  return bytes.length < 10 ? undefined : 10 + mask + Number(bytes.readBigUInt64BE(2));
}
