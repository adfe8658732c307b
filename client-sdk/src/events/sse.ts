/** Server-sent events out of bytes, as the HTML standard says (9.2.6), with a bound on what one event may hold. */

export interface SseMessage {
  /** `message` where none was said. */
  readonly event: string;
  readonly data: string;
  /** The last id that was said so far; empty where none was. */
  readonly id: string;
}

/** An event shows 500 lines of its document at most; ten times the largest. */
const MESSAGE_CHARS_MAX = 2 * 1024 * 1024;

/**
 * Reads a body until its end, or until the signal is aborted. Who stops reading cancels it.
 *
 * @throws RangeError where one message is larger than any that a region sends
 */
export async function* readSse(
  body: ReadableStream<Uint8Array>,
  signal?: AbortSignal,
): AsyncGenerator<SseMessage, void, void> {
  const reader = body.getReader();
  // Whoever waits for the next bytes is let go, also where the body knows nothing of the signal.
  const stop = () => void reader.cancel().catch(() => {});
  signal?.addEventListener('abort', stop, { once: true });
  const decoder = new TextDecoder();
  let rest = '';
  let event = '';
  let data: string[] = [];
  let id = '';
  let chars = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      // A CR at the end may be half of a line end: it waits for what follows.
      const text = rest + decoder.decode(value, { stream: true });
      const lines = text.split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? '';
      for (const line of lines) {
        chars += line.length;
        if (line === '') {
          if (data.length > 0) yield { event: event === '' ? 'message' : event, data: data.join('\n'), id };
          event = '';
          data = [];
          chars = 0;
          continue;
        }
        const [, name = '', said = ''] = /^([^:]*)(?:: ?([\s\S]*))?$/.exec(line) ?? [];
        if (name === 'data') data.push(said);
        else if (name === 'event') event = said;
        else if (name === 'id' && !said.includes('\0')) id = said;
      }
      if (chars + rest.length > MESSAGE_CHARS_MAX)
        throw new RangeError('The stream sent too large an event.');
    }
  } finally {
    signal?.removeEventListener('abort', stop);
    // Cancelled even where it broke: what the body holds on to is let go.
    await reader.cancel().catch(() => {});
  }
}
