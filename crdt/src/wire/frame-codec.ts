/**
 * The byte form of frames: channel byte, kind byte, then the body of that kind.
 * Entries inside stay as their writers wrote them.
 */
import {
  assertAtEnd,
  createReader,
  createWriter,
  finish,
  MalformedBytes,
  readByte,
  writeByte,
} from './bytes.ts';
import { callCodecs } from './call-codec.ts';
import { cartCodecs } from './cart-codec.ts';
import { catalogueCodecs } from './catalogue-codec.ts';
import { controlCodecs } from './control-codec.ts';
import type { FrameCodec, FrameCodecs } from './field-codec.ts';
import { FRAME_BYTES_MAX, type Frame, type FrameKind } from './frames.ts';
import { stockCodecs } from './stock-codec.ts';

/** A place in this list is the channel's number, for ever; so are the numbers of kinds within a channel. */
const CHANNELS: readonly Partial<FrameCodecs>[] = [
  controlCodecs,
  stockCodecs,
  callCodecs,
  catalogueCodecs,
  cartCodecs,
];

/** No kind may be left without its pair. */
const codecs: FrameCodecs = {
  ...controlCodecs,
  ...stockCodecs,
  ...callCodecs,
  ...catalogueCodecs,
  ...cartCodecs,
};

const channelOf = new Map<FrameKind, number>();
const byNumber = new Map<number, FrameKind>();
CHANNELS.forEach((kinds, channel) => {
  for (const kind of Object.keys(kinds) as FrameKind[]) {
    channelOf.set(kind, channel);
    byNumber.set(channel * 256 + codecs[kind].number, kind);
  }
});

export function encodeFrame(frame: Frame): Uint8Array {
  const codec = codecs[frame.kind] as FrameCodec<Frame>;
  const out = createWriter();
  writeByte(out, channelOf.get(frame.kind) as number);
  writeByte(out, codec.number);
  codec.write(out, frame);
  return finish(out);
}

/** @throws MalformedBytes when the bytes are not a frame that this release can read. */
export function decodeFrame(bytes: Uint8Array): Frame {
  if (bytes.length > FRAME_BYTES_MAX) throw new MalformedBytes(`a frame of ${bytes.length} bytes`);
  const input = createReader(bytes);
  const channel = readByte(input);
  const number = readByte(input);
  const kind = byNumber.get(channel * 256 + number);
  if (kind === undefined) throw new MalformedBytes(`no frame has channel ${channel} and kind ${number}`);
  const frame = codecs[kind].read(input);
  assertAtEnd(input);
  return frame;
}
