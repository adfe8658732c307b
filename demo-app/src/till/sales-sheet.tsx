/** The last sales of this till: how far each has come, its receipt again, and goods that come back. */
import type { Sale } from '@tallystick/client-sdk/terminal';
import { useState } from 'react';
import { moneyText, timeText, wrongText } from '../ui/words.ts';
import { Receipt } from './receipt.tsx';
import { useTill } from './use-till.ts';

const STAGES = { accepted: 'on this till', relayed: 'handed in', settled: 'in the books' };

export function SalesSheet({ names }: { readonly names: ReadonlyMap<string, string> }) {
  const { now } = useTill();
  const [text, setText] = useState('');
  const [openId, setOpen] = useState<string>();
  const open = now.sales.find(({ id }) => id === openId);
  if (open !== undefined)
    return (
      <>
        <button type="button" className="btn small plain" onClick={() => setOpen(undefined)}>
          ← All sales
        </button>
        <Receipt sale={open} names={names} />
        <ReturnForm sale={open} names={names} />
      </>
    );
  const found = now.sales.filter(({ receipt }) => receipt.includes(text.trim()));
  return (
    <>
      <label className="field">
        <span>Receipt number</span>
        <input className="input" value={text} onChange={(event) => setText(event.target.value)} />
      </label>
      {found.length === 0 && (
        <p className="note soft">
          {text === '' ? 'Nothing was sold here yet.' : 'No sale of this till has that number.'}
        </p>
      )}
      <ul className="sales">
        {found.map((sale) => (
          <li key={sale.id}>
            <button type="button" className="btn" onClick={() => setOpen(sale.id)}>
              <span>
                {sale.receipt}
                <br />
                <span className="small soft">{timeText(new Date(sale.placedAtMs).toISOString())}</span>
              </span>
              <b className="push">
                {moneyText({
                  amountMinor: sale.totals[0]?.grossMinor ?? 0,
                  currency: sale.totals[0]?.currency ?? 'EUR',
                })}
              </b>
              <span
                className={`tag ${sale.stage === 'settled' ? 'good' : sale.stage === 'accepted' ? 'warn' : ''}`}
              >
                {STAGES[sale.stage]}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

function ReturnForm({ sale, names }: { readonly sale: Sale; readonly names: ReadonlyMap<string, string> }) {
  const { till, now } = useTill();
  const [said, setSaid] = useState<{ isWrong: boolean; text: string }>();
  const [isBusy, setBusy] = useState(false);
  const left = sale.lines.filter((line) => line.returned + line.cancelled < line.quantityBase);
  if (left.length === 0) return <p className="note">Everything of this sale came back.</p>;
  const back = async (line: Sale['lines'][number]) => {
    setBusy(true);
    try {
      await till.return({ sale: sale.id, lines: [{ lineId: line.lineId, sku: line.sku, quantity: 1 }] });
      const amountMinor = Math.round(line.grossMinor / line.quantityBase);
      setSaid({
        isWrong: false,
        text: `Taken back. Give ${moneyText({ amountMinor, currency: line.currency })} back.`,
      });
    } catch (error) {
      setSaid({
        isWrong: true,
        text: now.link === 'up' ? wrongText(error) : 'Goods can be taken back when the line is up again.',
      });
    } finally {
      setBusy(false);
    }
  };
  return (
    <section className="stack" aria-label="Return">
      <h3>Something comes back?</h3>
      {left.map((line) => (
        <button
          key={line.lineId}
          type="button"
          className="btn"
          disabled={isBusy}
          onClick={() => void back(line)}
        >
          Take back one {names.get(line.sku) ?? line.sku}
        </button>
      ))}
      <p className={said === undefined ? 'hidden' : `note ${said.isWrong ? 'bad' : 'good'}`} role="status">
        {said?.text}
      </p>
    </section>
  );
}
