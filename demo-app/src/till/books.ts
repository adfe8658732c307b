/** What the books say that a till sold. */
import { createClient } from '@tallystick/client-sdk';
import { TokenDesk } from '../ui/token-desk.ts';

export interface Sums {
  readonly sales: number;
  readonly grossMinor: number;
}

/** @throws where the books cannot be asked */
export async function sumsInBooks(till: string, since: Date): Promise<Sums> {
  const desk = new TokenDesk('till');
  await desk.signIn();
  const { auth } = desk;
  const client = createClient({ url: location.origin, ...(auth === undefined ? {} : { auth }) });
  const sum = { sales: 0, grossMinor: 0 };
  for (let cursor: string | undefined; ; ) {
    const query = { limit: 250, channel: 'till', placedFrom: since.toISOString() };
    const page = await client.get('/v1/orders', {
      query: cursor === undefined ? query : { ...query, cursor },
    });
    for (const order of page.items) {
      if (order.owner !== till) continue;
      sum.sales += 1;
      sum.grossMinor += order.payments.reduce((all, { amountMinor }) => all + amountMinor, 0);
    }
    if (page.nextCursor === null) return sum;
    cursor = page.nextCursor;
  }
}
