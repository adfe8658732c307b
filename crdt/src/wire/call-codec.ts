/** The call channel: a command for another replica, passed along the tree. */
import { readText, readUint, writeText, writeUint } from './bytes.ts';
import { type FrameCodecs, readReplica } from './field-codec.ts';

const CALL_BYTES_MAX = 2 * 1024 * 1024;

export const callCodecs: FrameCodecs<'call' | 'reply'> = {
  call: {
    number: 1,
    write(out, frame) {
      writeUint(out, frame.callId);
      writeText(out, frame.target);
      writeUint(out, frame.waitMs);
      writeText(out, frame.body);
    },
    read: (input) => ({
      kind: 'call',
      callId: readUint(input),
      target: readReplica(input),
      waitMs: readUint(input),
      body: readText(input, CALL_BYTES_MAX),
    }),
  },
  reply: {
    number: 2,
    write(out, frame) {
      writeUint(out, frame.callId);
      writeText(out, frame.body);
    },
    read: (input) => ({ kind: 'reply', callId: readUint(input), body: readText(input, CALL_BYTES_MAX) }),
  },
};
