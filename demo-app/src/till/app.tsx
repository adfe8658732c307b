/** The till: goods, basket, and one sheet at a time over them. */
import { useEffect, useState } from 'react';
import { useBasket } from './basket.ts';
import { BasketSide } from './basket-side.tsx';
import { DaySheet } from './day-sheet.tsx';
import { Goods } from './goods.tsx';
import { HeldSheet } from './held-sheet.tsx';
import { NotOpen } from './not-open.tsx';
import { inCash, Pay } from './pay.tsx';
import { Receipt } from './receipt.tsx';
import { SalesSheet } from './sales-sheet.tsx';
import { useWedgeScanner } from './scanner.ts';
import { type Open, useSelling } from './selling.ts';
import { Sheet } from './sheet.tsx';
import { ShortSheet } from './short-sheet.tsx';
import { SignInSheet } from './sign-in-sheet.tsx';
import { Strip } from './strip.tsx';
import { useNames } from './use-names.ts';
import { useTill } from './use-till.ts';

const TITLES = {
  pay: 'Pay',
  held: 'Waiting baskets',
  sales: 'Sales',
  day: 'The day',
  receipt: 'Sold',
  short: 'Not enough',
};
const SAID_MS = 6_000;

export function App() {
  const { now, needsPin } = useTill();
  if (now.state !== 'open' && now.state !== 'read-only') return <NotOpen />;
  if (needsPin && now.cashier === undefined) return <SignInSheet />;
  return <Counter />;
}

function Counter() {
  const { till, now, needsPin } = useTill();
  const desk = useBasket();
  const names = useNames();
  const [open, setOpen] = useState<Open>();
  const [said, setSaid] = useState<string>();
  const [isCharging, setCharging] = useState(false);
  const { isBusy, sell, secure, setAside, takeUp } = useSelling(desk, setOpen, setSaid);
  const scan = (code: string) => {
    void till.scan(code).then((found) => {
      if (found === undefined) setSaid(`No product has the barcode ${code}.`);
      else desk.add(found.product);
    });
  };
  useWedgeScanner(scan);
  useEffect(() => {
    if (said === undefined) return;
    const timer = setTimeout(() => setSaid(undefined), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const held = now.holds.filter(({ id }) => id !== desk.basket.hold).length;
  return (
    <div className="till">
      <header className="till-top">
        <h1 className="hidden">Till</h1>
        <Strip />
        <nav aria-label="More" className="row till-nav">
          <button type="button" className="btn small" onClick={() => setOpen({ sheet: 'held' })}>
            Waiting{held > 0 && ` (${held})`}
          </button>
          <button type="button" className="btn small" onClick={() => setOpen({ sheet: 'sales' })}>
            Sales
          </button>
          <button type="button" className="btn small" onClick={() => setOpen({ sheet: 'day' })}>
            Day
          </button>
          {needsPin && (
            <button type="button" className="btn small" onClick={() => till.signOut()}>
              Sign out {now.cashier?.id}
            </button>
          )}
        </nav>
      </header>
      <main className="till-main">
        <Goods onPick={desk.add} onCode={scan} />
        <BasketSide
          desk={desk}
          isBusy={isBusy || now.state === 'read-only'}
          onPay={() => setOpen({ sheet: 'pay' })}
          onHold={() => void setAside()}
        />
      </main>
      <p
        className={said === undefined && now.error === undefined ? 'hidden' : 'toast note warn'}
        role="status"
      >
        {said ?? now.error?.message}
      </p>
      {open !== undefined && (
        <Sheet
          key={open.sheet}
          title={TITLES[open.sheet]}
          isFixed={isCharging}
          onClose={() => setOpen(undefined)}
        >
          {open.sheet === 'pay' && (
            <Pay
              total={desk.total}
              isBusy={isBusy}
              secure={secure}
              onCharging={setCharging}
              onPaid={(paid) => void sell(paid)}
            />
          )}
          {open.sheet === 'held' && (
            <HeldSheet names={names} except={desk.basket.hold} onRecall={(held) => void takeUp(held)} />
          )}
          {open.sheet === 'sales' && <SalesSheet names={names} />}
          {open.sheet === 'day' && <DaySheet />}
          {open.sheet === 'receipt' && (
            <Receipt sale={open.sale} givenMinor={open.givenMinor} names={names} />
          )}
          {open.sheet === 'short' && (
            <ShortSheet
              error={open.error}
              refused={open.refused}
              names={names}
              isBusy={isBusy}
              wanted={open.wanted}
              isOnline={now.link === 'up'}
              onOverride={(trust) => void sell(open.paid ?? inCash(desk.total), open, trust)}
            />
          )}
        </Sheet>
      )}
    </div>
  );
}
