/** How long what is in the cart is set aside. */
import { useEffect, useState } from 'react';

export function HoldClock({ until }: { readonly until: string | undefined }) {
  const endMs = until === undefined ? undefined : Date.parse(until);
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    if (endMs === undefined) return;
    const timer = setInterval(() => setNowMs(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [endMs]);
  if (endMs === undefined) return null;
  const leftS = Math.max(0, Math.round((endMs - nowMs) / 1_000));
  const clock = `${Math.floor(leftS / 60)}:${String(leftS % 60).padStart(2, '0')}`;
  return (
    <p className="note good" role="timer" aria-live="off">
      {leftS > 0
        ? `Set aside for you for another ${clock} minutes.`
        : 'It is not set aside any more. You can still order what is there.'}
    </p>
  );
}
