/** The control channel: who speaks, and in which versions. */
import { REPLICA_KINDS } from '../entry/entry.ts';
import {
  readBlob,
  readChoice,
  readFixed,
  readText,
  readUint,
  writeBlob,
  writeChoice,
  writeFixed,
  writeText,
  writeUint,
} from './bytes.ts';
import { type ErrorCode, isErrorCode } from './error-codes.ts';
import {
  asWriter,
  type FrameCodecs,
  NAME_BYTES,
  readFlag,
  readList,
  readPoints,
  readReplica,
  readWriter,
  writeFlag,
  writeList,
  writePoints,
} from './field-codec.ts';
import type { ChannelRange } from './frames.ts';

const CHANNELS_MAX = 16;
const MESSAGE_BYTES = 1024;

export const controlCodecs: FrameCodecs<'challenge' | 'hello' | 'enrol' | 'enrolled' | 'welcome' | 'refuse'> =
  {
    challenge: {
      number: 1,
      write(out, frame) {
        writeText(out, frame.parent);
        writeText(out, frame.writer);
        writeFixed(out, frame.nonce);
      },
      read: (input) => ({
        kind: 'challenge',
        parent: readReplica(input),
        writer: readWriter(input),
        nonce: readFixed(input, 32).slice(),
      }),
    },
    hello: {
      number: 2,
      write(out, frame) {
        writeUint(out, frame.protocol.min);
        writeUint(out, frame.protocol.max);
        writeList(out, frame.channels, (channel) => {
          writeText(out, channel.name);
          writeUint(out, channel.min);
          writeUint(out, channel.max);
        });
        writeText(out, frame.writer);
        writeChoice(out, REPLICA_KINDS, frame.replicaKind);
        writeText(out, frame.parentSeen?.writer ?? '');
        writeUint(out, frame.parentSeen?.seq ?? 0);
        writePoints(out, frame.heads);
        writeFlag(out, frame.wantsLevels);
        writeUint(out, frame.catalogueVersion);
        writeBlob(out, frame.signature);
      },
      read(input) {
        const protocol = { min: readUint(input), max: readUint(input) };
        const channels = readList(input, CHANNELS_MAX, (): ChannelRange => {
          return { name: readText(input, NAME_BYTES), min: readUint(input), max: readUint(input) };
        });
        const writer = readWriter(input);
        const replicaKind = readChoice(input, REPLICA_KINDS);
        const seenWriter = readText(input, NAME_BYTES);
        const seenSeq = readUint(input);
        return {
          kind: 'hello',
          protocol,
          channels,
          writer,
          replicaKind,
          parentSeen: seenWriter === '' ? null : { writer: asWriter(seenWriter), seq: seenSeq },
          heads: readPoints(input),
          wantsLevels: readFlag(input),
          catalogueVersion: readUint(input),
          signature: readBlob(input, 128).slice(),
        };
      },
    },
    enrol: {
      number: 3,
      write(out, frame) {
        writeText(out, frame.replica);
        writeText(out, frame.code);
        writeBlob(out, frame.publicKey);
        writeBlob(out, frame.signature);
      },
      read: (input) => ({
        kind: 'enrol',
        replica: readReplica(input),
        code: readText(input, NAME_BYTES),
        publicKey: readBlob(input, 128).slice(),
        signature: readBlob(input, 128).slice(),
      }),
    },
    enrolled: {
      number: 4,
      write(out, frame) {
        writeChoice(out, REPLICA_KINDS, frame.replicaKind);
        writeText(out, frame.location);
      },
      read: (input) => ({
        kind: 'enrolled',
        replicaKind: readChoice(input, REPLICA_KINDS),
        location: readText(input, NAME_BYTES),
      }),
    },
    welcome: {
      number: 5,
      write(out, frame) {
        writeUint(out, frame.protocol);
        writeList(out, frame.channels, (channel) => {
          writeText(out, channel.name);
          writeUint(out, channel.version);
        });
        writeText(out, frame.writer);
        writePoints(out, frame.has);
        writePoints(out, frame.settled);
      },
      read: (input) => ({
        kind: 'welcome',
        protocol: readUint(input),
        channels: readList(input, CHANNELS_MAX, () => ({
          name: readText(input, NAME_BYTES),
          version: readUint(input),
        })),
        writer: readWriter(input),
        has: readPoints(input),
        settled: readPoints(input),
      }),
    },
    refuse: {
      number: 6,
      write(out, frame) {
        writeText(out, frame.code);
        writeText(out, frame.message);
      },
      read(input) {
        const code = readText(input, NAME_BYTES);
        // A newer peer may refuse for a reason that this release has no word for.
        const known: ErrorCode = isErrorCode(code) ? code : 'internal';
        return { kind: 'refuse', code: known, message: readText(input, MESSAGE_BYTES) };
      },
    },
  };
