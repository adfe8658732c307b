/**
 * Kept running: an embedded server that is started again when it ends by itself.
 *
 * Its backends may outlive it for a moment and hold its memory, so the first attempts
 * may fail. Whoever waits for the books goes on waiting meanwhile; the port stays.
 */
import { type EmbeddedOptions, type EmbeddedServer, startEmbedded } from './embedded.ts';

export interface KeptRunning {
  /** The same for ever: the port is that of the first start. */
  readonly url: string;
  stop(): Promise<void>;
}

export interface KeptRunningOptions extends EmbeddedOptions {
  /** It ended by itself, and is being started again. */
  readonly onLost: () => void;
  /** It cannot be started again: this process is of no use without it. */
  readonly onGivenUp: (error: Error) => void;
}

const TRIES_MAX = 10;
const PAUSE_MS = 500;

export async function keepRunning(options: KeptRunningOptions): Promise<KeptRunning> {
  let isStopping = false;
  let current: Promise<EmbeddedServer | undefined>;
  const first = await startEmbedded({ ...options, onExit: () => again() });
  current = Promise.resolve(first);

  function again(): void {
    if (isStopping) return;
    options.onLost();
    current = startAgain();
  }

  async function startAgain(): Promise<EmbeddedServer | undefined> {
    for (let tries = 1; !isStopping; tries += 1) {
      try {
        return await startEmbedded({ ...options, port: first.port, onExit: () => again() });
      } catch (error) {
        if (tries === TRIES_MAX) {
          options.onGivenUp(error as Error);
          return undefined;
        }
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    return undefined;
  }

  return {
    url: first.url,
    stop: async () => {
      isStopping = true;
      await (await current)?.stop();
    },
  };
}
