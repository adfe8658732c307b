/** Whether this page opens without a network: a browser that takes no service worker does not keep it. */
import { useSyncExternalStore } from 'react';

let isKept = true;
const listeners = new Set<() => void>();

export function notKept(): void {
  isKept = false;
  for (const listener of listeners) listener();
}

export function useIsKept(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isKept,
  );
}
