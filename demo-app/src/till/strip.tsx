/** How this till stands: its line, what it has still to tell, and how old its catalogue is. */
import { useEffect, useState } from 'react';
import { ageText, units } from '../ui/words.ts';
import { useIsKept } from './kept-page.ts';
import { useTill } from './use-till.ts';

const FRESH_MS = 60_000;

export function Strip() {
  const { now } = useTill();
  const isKept = useIsKept();
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), 5_000);
    return () => clearInterval(timer);
  }, []);
  const isUp = now.link === 'up';
  const age = nowMs - now.catalogueAsOfMs;
  return (
    <div className={`strip ${isUp ? '' : 'off'}`} role="status">
      <b>
        <i aria-hidden="true" />
        {isUp ? 'Online' : 'Offline: selling goes on'}
      </b>
      <span>
        {now.unsettled === 0 ? 'All sales are in the books' : `${units(now.unsettled, 'sale')} to hand in`}
      </span>
      {now.catalogueAsOfMs > 0 && (age > FRESH_MS || !isUp) && <span>Prices of {ageText(age)}</span>}
      {!isKept && (
        <span className="owes">
          This browser does not keep the page: leave it open, for without a network it does not open again.
        </span>
      )}
      <span className="till-id">
        {now.id}
        {now.location !== undefined && `, ${now.location}`}
      </span>
    </div>
  );
}
