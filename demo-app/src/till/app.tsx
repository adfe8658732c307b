/** The till: goods, basket, and one sheet at a time over them. */
import { TallystickError } from '@tallystick/client-sdk';
import type { HeldBasket, Sale } from '@tallystick/client-sdk/terminal';
import { useEffect, useState } from 'react';
import { wrongText } from '../ui/words.ts';
import { useBasket } from './basket.ts';
import { BasketSide } from './basket-side.tsx';
import { DaySheet } from './day-sheet.tsx';
import { Goods } from './goods.tsx';
import { HeldSheet } from './held-sheet.tsx';
import { NotOpen } from './not-open.tsx';
import { type Paid, Pay } from './pay.tsx';
import { Receipt } from './receipt.tsx';
import { SalesSheet } from './sales-sheet.tsx';
import { useWedgeScanner } from './scanner.ts';
import { Sheet } from './sheet.tsx';
import { ShortSheet } from './short-sheet.tsx';
import { Strip } from './strip.tsx';
import { useNames } from './use-names.ts';
import { priceOf, titleOf, useTill } from './use-till.ts';

type Open =
  | { readonly sheet: 'pay' | 'held' | 'sales' | 'day' }
  | { readonly sheet: 'receipt'; readonly sale: Sale; readonly givenMinor?: number | undefined }
  | { readonly sheet: 'short'; readonly error: TallystickError; readonly paid: Paid };

const TITLES = {
  pay: 'Pay',
  held: 'Set aside',
  sales: 'Sales',
  day: 'The day',
  receipt: 'Sold',
  short: 'Not enough',
};

export function App() {
  const { till, now } = useTill();
  const desk = useBasket();
  const names = useNames();
  const [open, setOpen] = useState<Open>();
  const [said, setSaid] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const scan = (code: string) => {
    void till.scan(code).then((found) => {
      if (found === undefined) setSaid(`No product has the barcode ${code}.`);
      else desk.add(found.product);
    });
  };
  useWedgeScanner(scan);
  useEffect(() => {
    if (said === undefined) return;
    const timer = setTimeout(() => setSaid(undefined), 6_000);
    return () => clearTimeout(timer);
  }, [said]);
  if (now.state !== 'open' && now.state !== 'read-only') return <NotOpen />;

  const sell = async (paid: Paid, reason?: string) => {
    setBusy(true);
    const { lines, hold } = desk.basket;
    try {
      const sale = await till.sell({
        lines: lines.map(({ sku, quantity }) => ({ sku, quantity })),
        payments: [paid.tender],
        ...(hold === undefined ? {} : { hold }),
        ...(reason === undefined ? {} : { override: { reason } }),
      });
      desk.clear();
      setOpen({ sheet: 'receipt', sale, givenMinor: paid.givenMinor });
    } catch (error) {
      if (error instanceof TallystickError && error.code === 'insufficient_stock')
        setOpen({ sheet: 'short', error, paid });
      else {
        setSaid(wrongText(error));
        setOpen(undefined);
      }
    } finally {
      setBusy(false);
    }
  };

  const setAside = async () => {
    setBusy(true);
    try {
      await till.hold({ lines: desk.basket.lines.map(({ sku, quantity }) => ({ sku, quantity })) });
      desk.clear();
      setSaid('Set aside for 15 minutes.');
    } catch (error) {
      setSaid(wrongText(error));
    } finally {
      setBusy(false);
    }
  };

  const takeUp = async (held: HeldBasket) => {
    const lines = await Promise.all(
      held.lines.map(async ({ sku, quantity }) => {
        const product = await till.product(sku);
        return product === undefined
          ? []
          : [{ sku, quantity, name: titleOf(product), price: priceOf(product) }];
      }),
    );
    desk.put({ lines: lines.flat(), hold: held.id });
    setOpen(undefined);
  };

  return (
    <div className="till">
      <header className="till-top">
        <h1 className="hidden">Till</h1>
        <Strip />
        <nav aria-label="More" className="row">
          <button type="button" className="btn small" onClick={() => setOpen({ sheet: 'held' })}>
            Set aside{now.holds.length > 0 && ` (${now.holds.length})`}
          </button>
          <button type="button" className="btn small" onClick={() => setOpen({ sheet: 'sales' })}>
            Sales
          </button>
          <button type="button" className="btn small" onClick={() => setOpen({ sheet: 'day' })}>
            Day
          </button>
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
        <Sheet key={open.sheet} title={TITLES[open.sheet]} onClose={() => setOpen(undefined)}>
          {open.sheet === 'pay' && (
            <Pay total={desk.total} isBusy={isBusy} onPaid={(paid) => void sell(paid)} />
          )}
          {open.sheet === 'held' && <HeldSheet names={names} onRecall={(held) => void takeUp(held)} />}
          {open.sheet === 'sales' && <SalesSheet names={names} />}
          {open.sheet === 'day' && <DaySheet />}
          {open.sheet === 'receipt' && (
            <Receipt sale={open.sale} givenMinor={open.givenMinor} names={names} />
          )}
          {open.sheet === 'short' && (
            <ShortSheet
              error={open.error}
              names={names}
              isBusy={isBusy}
              onOverride={(reason) => void sell(open.paid, reason)}
            />
          )}
        </Sheet>
      )}
    </div>
  );
}
