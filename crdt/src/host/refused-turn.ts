/**
 * A refused turn: the journal will never take it, for a rule that it checks once more than the core. Whoever is
 * at fault is found by halves and left out of it; everybody else's inputs are kept as if the others had not come.
 *
 * Halves of a frame are what its sender might have said in two. So n inputs cost about 2·log₂ n turns for each
 * culprit, and whoever is one is so once: the writer of an entry is shut out (T6).
 */
import { decodeSlice } from '../entry/decode-slice.ts';
import { refuse } from '../replica/command.ts';
import { type Out, PARENT, type Peer } from '../replica/out.ts';
import type { Replica } from '../replica/replica.ts';
import type { StreamFrame } from '../wire/frames.ts';
import type { Callers } from './callers.ts';
import type { EngineEvents } from './engine-events.ts';
import { type Input, type TurnJournal, TurnRefused } from './turn-journal.ts';

export interface TurnPorts {
  readonly replica: Replica;
  readonly journal: TurnJournal;
  readonly events: EngineEvents;
  readonly callers: Callers;
  /** Decides these and makes it durable. @throws TurnRefused */
  attempts(inputs: readonly Input[]): Promise<Out>;
  deliver(out: Out): void;
}

/** @throws the refusal where nobody is to blame for it: it is this replica's own work, or that of its host. */
export async function wholeOrInParts(inputs: readonly Input[], ports: TurnPorts): Promise<Out> {
  try {
    return await ports.attempts(inputs);
  } catch (error) {
    if (!(error instanceof TurnRefused)) throw error;
    // What is due without anybody's input is refused with whatever comes beside it: a grant that was asked for is that.
    const own = await attempt([], ports);
    if (own !== undefined) throw own;
    await inParts(inputs, error, ports);
    return await ports.attempts([]);
  }
}

async function inParts(inputs: readonly Input[], refusal: TurnRefused, ports: TurnPorts): Promise<void> {
  const halves = halvesOf(inputs);
  if (halves === undefined) return leaveOut(inputs[0], refusal, ports);
  for (const half of halves) {
    const refused = await attempt(half, ports);
    if (refused !== undefined) await inParts(half, refused, ports);
  }
}

async function attempt(inputs: readonly Input[], ports: TurnPorts): Promise<TurnRefused | undefined> {
  try {
    await ports.journal.prepare?.(inputs, ports.replica);
    ports.deliver(await ports.attempts(inputs));
    return undefined;
  } catch (error) {
    if (error instanceof TurnRefused) return error;
    throw error;
  }
}

/** Undefined for what cannot be less: one entry of a stream, or one input of any other kind. */
function halvesOf(inputs: readonly Input[]): readonly [readonly Input[], readonly Input[]] | undefined {
  const [input] = inputs;
  if (input === undefined) return undefined;
  if (inputs.length > 1) {
    const middle = Math.ceil(inputs.length / 2);
    return [inputs.slice(0, middle), inputs.slice(middle)];
  }
  if (input.kind !== 'frame' || input.frame.kind !== 'stream') return undefined;
  const frames = halvesOfStream(input.frame);
  return frames && [[{ ...input, frame: frames[0] }], [{ ...input, frame: frames[1] }]];
}

/** The cursor moves with the second half alone, which also has whatever could not be read. */
function halvesOfStream(frame: StreamFrame): readonly [StreamFrame, StreamFrame] | undefined {
  const { entries } = decodeSlice(frame.entries);
  const last = entries[Math.ceil(entries.length / 2) - 1];
  if (entries.length < 2 || last === undefined) return undefined;
  const end = last.bytes.byteOffset + last.bytes.length - frame.entries.byteOffset;
  return [
    { ...frame, to: frame.from, entries: frame.entries.subarray(0, end) },
    { ...frame, entries: frame.entries.subarray(end) },
  ];
}

async function leaveOut(input: Input | undefined, refusal: TurnRefused, ports: TurnPorts): Promise<void> {
  if (input?.kind === 'command') {
    ports.events.refused?.(undefined, `command ${input.command.id} was not carried out`, refusal.cause);
    ports.callers.tell(input.ticket, refuse('internal', 'The books do not take this. Nothing was done.'));
  } else if (input?.kind === 'frame' && input.from !== PARENT && input.frame.kind === 'stream') {
    await shutOut(input, input.from, input.frame, refusal, ports);
  } else throw refusal;
}

/** T6: its writer is shut out before it, and it is kept as late; else as evidence. */
async function shutOut(
  input: Input,
  from: Peer,
  frame: StreamFrame,
  refusal: TurnRefused,
  ports: TurnPorts,
): Promise<void> {
  const entry = decodeSlice(frame.entries).entries[0]?.entry;
  if (entry === undefined) throw refusal;
  const { hub, ledger } = ports.replica;
  if (hub.refused.isBeyondBelief(entry.writer, ledger.streams.values()))
    throw new TurnRefused(
      new Error(
        `Entries of too many replicas are refused for all of them to be at fault: ${refusal.message}`,
        {
          cause: refusal.cause,
        },
      ),
    );
  const how = hub.refused.note(entry.writer, ledger.streams.get(entry.writer));
  if (how === undefined) throw refusal;
  const refused = await attempt([input], ports);
  if (refused !== undefined) return shutOut(input, from, frame, refused, ports);
  ports.events.refused?.(
    from,
    `${entry.writer} was shut out before entry ${entry.seq}, which is kept ${how}`,
    refusal.cause,
  );
}
