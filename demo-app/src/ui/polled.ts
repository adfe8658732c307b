/** A call that is asked again and again while its page is seen. */
import { useEffect, useRef, useState } from 'react';

export type Polled<T> =
  | { readonly state: 'loading'; readonly value?: undefined; readonly error?: undefined }
  | { readonly state: 'ready'; readonly value: T; readonly error?: undefined }
  /** What was read last stays. */
  | { readonly state: 'failed'; readonly value?: T | undefined; readonly error: unknown };

export interface Poll<T> {
  readonly now: Polled<T>;
  readonly again: () => void;
}

/** @param key asked anew, and what was read forgotten, when it is another */
export function usePolled<T>(
  key: string,
  ask: (signal: AbortSignal) => Promise<T>,
  everyMs: number,
): Poll<T> {
  const [found, setFound] = useState<{ key: string; now: Polled<T> }>({ key, now: { state: 'loading' } });
  const [round, setRound] = useState(0);
  const asking = useRef(ask);
  asking.current = ask;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a round more is what asks at once
  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async () => {
      try {
        if (!document.hidden) {
          const value = await asking.current(stop.signal);
          if (stop.signal.aborted) return;
          setFound({ key, now: { state: 'ready', value } });
        }
      } catch (error) {
        if (stop.signal.aborted) return;
        setFound((before) => ({
          key,
          now: { state: 'failed', error, value: before.key === key ? before.now.value : undefined },
        }));
      }
      timer = setTimeout(() => void look(), everyMs);
    };
    void look();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [key, everyMs, round]);
  const again = () => setRound((n) => n + 1);
  return { now: found.key === key ? found.now : { state: 'loading' }, again };
}
