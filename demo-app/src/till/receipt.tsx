/** The receipt: on the screen, and on paper. */
import type { Sale } from '@tallystick/client-sdk/terminal';
import { clockText, dateText, moneyText } from '../ui/words.ts';
import { sellerOf, useTill } from './use-till.ts';

const STAGES = {
  accepted: 'Kept on this till. It is handed in when the line is back.',
  relayed: 'Handed in.',
  settled: 'In the books.',
};

export function Receipt({
  sale: { id, ...first },
  givenMinor,
  names,
}: {
  readonly sale: Sale;
  readonly givenMinor?: number | undefined;
  readonly names: ReadonlyMap<string, string>;
}) {
  const { till } = useTill();
  const sale = till.sale(id) ?? { id, ...first };
  const seller = sellerOf(sale.actor);
  const [sum] = sale.totals;
  const currency = sum?.currency ?? 'EUR';
  const change = givenMinor === undefined || sum === undefined ? 0 : givenMinor - sum.grossMinor;
  return (
    <>
      {change > 0 && (
        <p className="pay-total" role="status">
          Give back {moneyText({ amountMinor: change, currency })}
        </p>
      )}
      <div className="paper">
        <p>
          <b>The household shop</b>
        </p>
        <p className="small">
          {dateText(sale.placedAtMs)}, {clockText(sale.placedAtMs)}
          <br />
          Receipt {sale.receipt}
          {seller !== undefined && (
            <>
              <br />
              Sold by {seller}
            </>
          )}
        </p>
        <table>
          <tbody>
            {sale.lines.map((line) => (
              <tr key={line.lineId}>
                <td>
                  {line.quantity} × {names.get(line.sku) ?? line.sku}
                  {line.returned > 0 && ` (${line.returned} returned)`}
                </td>
                <td className="num">
                  {moneyText({ amountMinor: line.grossMinor, currency: line.currency })}
                </td>
              </tr>
            ))}
            {sum !== undefined && (
              <>
                <tr>
                  <td>
                    <b>Total</b>
                  </td>
                  <td className="num">
                    <b>{moneyText({ amountMinor: sum.grossMinor, currency })}</b>
                  </td>
                </tr>
                <tr className="soft">
                  <td>of which tax</td>
                  <td className="num">{moneyText({ amountMinor: sum.taxMinor, currency })}</td>
                </tr>
              </>
            )}
            {sale.payments.map((payment) => (
              <tr key={payment.method} className="soft">
                <td>
                  {payment.method === 'cash' ? 'Cash' : 'Card (simulated)'}
                  {payment.method === 'cash' &&
                    change > 0 &&
                    `, given ${moneyText({ amountMinor: givenMinor ?? 0, currency })}`}
                </td>
                <td className="num">{moneyText(payment)}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {sale.overrideReason !== undefined && <p className="small">Sold on trust: {sale.overrideReason}</p>}
      </div>
      <p className="small soft" role="status" data-stage={sale.stage}>
        {STAGES[sale.stage]}
      </p>
      <button type="button" className="btn" onClick={() => print()}>
        Print
      </button>
    </>
  );
}
