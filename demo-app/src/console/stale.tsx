/** Said where what is on the screen is no longer how it is: its region may be the one that is cut off. */
import { useEffect, useState } from 'react';
import { timeText } from '../ui/words.ts';
import { useFleet } from './fleet.tsx';

const FRESH_MS = 4_000;

export function Stale() {
  const { readAtMs } = useFleet();
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  const isStale = readAtMs > 0 && nowMs - readAtMs > FRESH_MS;
  return (
    <p className={isStale ? 'note warn stale' : 'hidden'} role="status">
      {isStale &&
        `The books cannot be asked from here: this page shows how it was at ${timeText(new Date(readAtMs).toISOString())}. Every door goes on selling what it holds, and this comes back by itself.`}
    </p>
  );
}
