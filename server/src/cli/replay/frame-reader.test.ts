import { expect, test } from 'vitest';
import { FrameReader, payloadOf } from './frame-reader.ts';

const upgrade = Buffer.from('GET /link HTTP/1.1\r\nupgrade: websocket\r\n\r\n');

/** A binary frame as a server sends it, or with a mask as a client does. */
function frame(bytes: number, isMasked: boolean): Buffer {
  const body = Buffer.alloc(bytes + (isMasked ? 4 : 0), bytes % 251);
  const mask = isMasked ? 0x80 : 0;
  if (bytes < 126) return Buffer.concat([Buffer.from([0x82, mask | bytes]), body]);
  if (bytes < 65_536) {
    const head = Buffer.from([0x82, mask | 126, 0, 0]);
    head.writeUInt16BE(bytes, 2);
    return Buffer.concat([head, body]);
  }
  const head = Buffer.alloc(10);
  head.set([0x82, mask | 127]);
  head.writeBigUInt64BE(BigInt(bytes), 2);
  return Buffer.concat([head, body]);
}

const parts = [
  upgrade,
  ...[0, 1, 125, 126, 65_535, 65_536].flatMap((bytes) => [frame(bytes, false), frame(bytes, true)]),
];

test.each([1, 2, 7, 1_000, 1_000_000])('pieces of %i bytes come out as the frames that went in', (size) => {
  const stream = Buffer.concat(parts);
  const reader = new FrameReader();
  const read: Buffer[] = [];
  for (let at = 0; at < stream.length; at += size) read.push(...reader.read(stream.subarray(at, at + size)));
  expect(read.map((one) => one.toString('base64'))).toEqual(parts.map((one) => one.toString('base64')));
});

test('half a frame is kept back until the rest is here', () => {
  const reader = new FrameReader();
  const [first, second] = [frame(300, true).subarray(0, 200), frame(300, true).subarray(200)];
  expect(reader.read(Buffer.concat([upgrade, first]))).toEqual([upgrade]);
  expect(reader.read(second)).toEqual([frame(300, true)]);
});

test.each([3, 200, 70_000])('what a frame of %i bytes carries, masked or not', (bytes) => {
  const said = Buffer.from(Array.from({ length: bytes }, (_, i) => i % 256));
  const plain = frame(bytes, false);
  said.copy(plain, plain.length - bytes);
  const masked = frame(bytes, true);
  const key = [1, 0x80, 0xff, 7];
  const at = masked.length - bytes;
  Buffer.from(key).copy(masked, at - 4);
  for (const [i, byte] of said.entries()) masked.writeUInt8(byte ^ (key[i % 4] as number), at + i);
  for (const one of [plain, masked]) {
    expect(payloadOf(one).equals(said)).toBe(true);
    expect(payloadOf(one, 2)).toEqual(said.subarray(0, 2));
  }
});
