/** What a basket becomes: a sale, something set aside, or a word why not. */
import { TallystickError } from '@tallystick/client-sdk';
import type { HeldBasket, Sale } from '@tallystick/client-sdk/terminal';
import { useEffect, useRef, useState } from 'react';
import { wrongText } from '../ui/words.ts';
import type { BasketDesk } from './basket.ts';
import type { Paid } from './pay.tsx';
import type { PinRefused } from './pin.tsx';
import type { Trust } from './short-sheet.tsx';
import { priceOf, titleOf, useTill } from './use-till.ts';

/** The sheet that is open. */
export type Open =
  | { readonly sheet: 'pay' | 'held' | 'sales' | 'day' }
  | { readonly sheet: 'receipt'; readonly sale: Sale; readonly givenMinor?: number | undefined }
  | {
      readonly sheet: 'short';
      readonly error: TallystickError;
      /** What was to be done with the goods. */
      readonly wanted: 'sell' | 'charge' | 'hold';
      readonly paid?: Paid | undefined;
      readonly refused?: PinRefused;
    };

/** What is wrong with whoever allows a sale on trust, and not with the sale. */
const OF_PINS = ['unauthenticated', 'rate_limited', 'forbidden'];

export function useSelling(
  desk: BasketDesk,
  setOpen: (open: Open | undefined) => void,
  say: (text: string) => void,
) {
  const { till, now } = useTill();
  const [isBusy, setBusy] = useState(false);
  const { lines, hold } = desk.basket;
  const wanted = lines.map(({ sku, quantity }) => ({ sku, quantity }));

  const sold = async (paid: Paid, trust: Trust | undefined) => {
    const sale = {
      lines: wanted,
      payments: [paid.tender],
      ...(trust === undefined ? {} : { override: trust }),
    };
    if (hold === undefined) return till.sell(sale);
    try {
      return await till.sell({ ...sale, hold });
    } catch (error) {
      // Nobody came back for it in time: it is a basket like any other, as long as there is enough.
      if (error instanceof TallystickError && error.code === 'hold_ended') return till.sell(sale);
      throw error;
    }
  };

  const sell = async (paid: Paid, short?: Extract<Open, { sheet: 'short' }>, trust?: Trust) => {
    setBusy(true);
    try {
      const sale = await sold(paid, trust);
      desk.clear();
      setOpen({ sheet: 'receipt', sale, givenMinor: paid.givenMinor });
    } catch (error) {
      const code = error instanceof TallystickError ? error.code : '';
      if (error instanceof TallystickError && code === 'insufficient_stock')
        setOpen({ sheet: 'short', error, wanted: 'sell', paid });
      else if (short !== undefined && OF_PINS.includes(code)) {
        const who = trust?.manager?.cashier ?? now.cashier?.id ?? '';
        setOpen({ ...short, refused: { who, error, atMs: Date.now() } });
      } else {
        say(wrongText(error));
        setOpen(undefined);
      }
    } finally {
      setBusy(false);
    }
  };

  /**
   * Before a card is charged: what it pays for must not be gone by then.
   * @returns the name under which the goods are set aside, which is that of the charge too; undefined where they are not
   */
  const secure = async () => {
    if (hold !== undefined) return hold;
    setBusy(true);
    try {
      const held = await till.hold({ lines: wanted });
      desk.put({ lines, hold: held.id });
      return held.id;
    } catch (error) {
      if (error instanceof TallystickError && error.code === 'insufficient_stock')
        setOpen({ sheet: 'short', error, wanted: 'charge' });
      else {
        say(wrongText(error));
        setOpen(undefined);
      }
      return undefined;
    } finally {
      setBusy(false);
    }
  };

  // A basket that was changed is not the one that was set aside: nobody waits 15 minutes for those units.
  const before = useRef(hold);
  useEffect(() => {
    const last = before.current;
    before.current = hold;
    if (last === undefined || last === hold) return;
    if (till.getSnapshot().holds.some(({ id }) => id === last))
      void till.release(last).catch(() => undefined);
  }, [till, hold]);

  const setAside = async () => {
    setBusy(true);
    try {
      await till.hold({ lines: wanted });
      desk.clear();
      say('Set aside for 15 minutes: it waits under “Waiting”.');
    } catch (error) {
      if (error instanceof TallystickError && error.code === 'insufficient_stock')
        setOpen({ sheet: 'short', error, wanted: 'hold' });
      else say(wrongText(error));
    } finally {
      setBusy(false);
    }
  };

  const takeUp = async (held: HeldBasket) => {
    const known = await Promise.all(
      held.lines.map(async ({ sku, quantity }) => {
        const product = await till.product(sku);
        return product === undefined
          ? []
          : [{ sku, quantity, name: titleOf(product), price: priceOf(product) }];
      }),
    );
    desk.put({ lines: known.flat(), hold: held.id });
    setOpen(undefined);
  };
  return { isBusy, sell, secure, setAside, takeUp };
}
