/**
 * Waking up when another process commits.
 *
 * A notice is only a hint to go and look: it may come twice, and what was sent
 * while the connection was down is lost. So every (re)connection counts as a notice
 * on each channel.
 */
import pg from 'pg';
import { clientConfig } from './pool.ts';

export interface ListenOptions {
  readonly url: string;
  readonly channels: readonly string[];
  readonly onNotice: (channel: string, payload: string) => void;
  /** Told of each lost connection; another try follows by itself. */
  readonly onLost?: (error: Error) => void;
  /** In [0, 1): spreads the tries of many processes. */
  readonly random?: () => number;
}

const RETRY_MS_MIN = 100;
const RETRY_MS_MAX = 10_000;

/** @returns a function that ends listening and closes the connection. */
export function listen(options: ListenOptions): () => Promise<void> {
  const random = options.random ?? Math.random;
  let isEnded = false;
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let retryMs = RETRY_MS_MIN;

  const connect = async (): Promise<void> => {
    const next = new pg.Client(clientConfig(options.url, 'tallystick-listen'));
    client = next;
    let isLost = false;
    const lost = (error: Error) => {
      if (isLost || isEnded) return;
      isLost = true;
      options.onLost?.(error);
      next.end().catch(() => {});
      timer = setTimeout(() => void connect(), retryMs * (0.5 + random()));
      retryMs = Math.min(RETRY_MS_MAX, retryMs * 2);
    };
    next.on('error', lost);
    next.on('end', () => lost(new Error('The connection was closed.')));
    next.on('notification', ({ channel, payload }) => options.onNotice(channel, payload ?? ''));
    try {
      await next.connect();
      for (const channel of options.channels) await next.query(`listen ${next.escapeIdentifier(channel)}`);
      retryMs = RETRY_MS_MIN;
      for (const channel of options.channels) options.onNotice(channel, '');
    } catch (error) {
      lost(error as Error);
    }
  };
  const connecting = connect();

  return async () => {
    isEnded = true;
    clearTimeout(timer);
    await connecting;
    await client?.end().catch(() => {});
  };
}
