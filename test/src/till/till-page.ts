/** What an application's page with a till would be; the test tells it what to do, and hears every receipt it prints. */
import { createTerminal, type Terminal } from '@tallystick/client-sdk/terminal';

export interface TillPage {
  till: Terminal;
  /** Milliseconds from the call that opened it until it could sell. */
  readyMs: number;
  open(options: { readonly id: string; readonly parent: string; readonly code?: string }): void;
  /** Sells one lamp at a time, so many or until the browser dies, and prints each receipt once it has it. */
  burst(count: number, atOnce: number): Promise<void>;
  /** Milliseconds that each of so many sales took, one after the other. */
  time(count: number): Promise<number[]>;
}

declare global {
  var tillPage: TillPage;
  /** The printer of the test. */
  var print: (receipt: string, id: string) => Promise<void>;
}

const LAMP = { lines: [{ sku: 'LAMP', quantity: 1 }], waitMs: 10_000 };

const page: TillPage = {
  till: undefined as never,
  readyMs: Number.NaN,
  open(options) {
    const startedMs = performance.now();
    page.till = createTerminal(options);
    page.till.ready().then(
      () => {
        page.readyMs = performance.now() - startedMs;
      },
      () => undefined,
    );
  },
  async burst(count, atOnce) {
    let left = count;
    const sellOn = async () => {
      while (left > 0) {
        left -= 1;
        const { receipt, id } = await page.till.sell(LAMP);
        await print(receipt, id);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, sellOn));
  },
  async time(count) {
    const took: number[] = [];
    for (let i = 0; i < count; i += 1) {
      const startedMs = performance.now();
      const { receipt, id } = await page.till.sell(LAMP);
      took.push(performance.now() - startedMs);
      await print(receipt, id);
    }
    return took;
  },
};
globalThis.tillPage = page;
