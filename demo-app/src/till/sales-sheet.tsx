/** The last sales of this till: how far each has come, its receipt again, and goods that come back. */
import { useState } from 'react';
import { Field } from '../ui/field.tsx';
import { moneyText, timeText } from '../ui/words.ts';
import { Receipt } from './receipt.tsx';
import { ReturnForm } from './return-form.tsx';
import { sellerOf, useTill } from './use-till.ts';

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
      <Field label="Receipt number" value={text} onText={setText} />
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
                {[timeText(new Date(sale.placedAtMs).toISOString()), sellerOf(sale.actor)]
                  .filter((part) => part !== undefined)
                  .join(', ')}
                <br />
                <span className="small soft">{sale.receipt}</span>
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
