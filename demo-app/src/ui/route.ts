/** The part of a page that is open, as the address says behind its `#`: links, the back button and reloads just work. */
import { useSyncExternalStore } from 'react';

const subscribe = (listen: () => void) => {
  addEventListener('hashchange', listen);
  return () => removeEventListener('hashchange', listen);
};
const read = () => location.hash;

/** `#/product/MUG` is `['product', 'MUG']`. */
export function useRoute(): readonly string[] {
  const hash = useSyncExternalStore(subscribe, read);
  return hash
    .replace(/^#\/?/, '')
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent);
}

export const to = (...parts: readonly string[]) => `#/${parts.map(encodeURIComponent).join('/')}`;
