/** Baskets that were set aside. */
import type { HeldBasket } from '@tallystick/client-sdk/terminal';
import { timeText, units } from '../ui/words.ts';
import { useTill } from './use-till.ts';

export function HeldSheet({
  names,
  except,
  onRecall,
}: {
  /** What is in the basket already. */
  readonly except: string | undefined;
  readonly names: ReadonlyMap<string, string>;
  readonly onRecall: (held: HeldBasket) => void;
}) {
  const { till, now } = useTill();
  const holds = now.holds.filter(({ id }) => id !== except);
  if (holds.length === 0)
    return (
      <p className="note soft">No basket waits. “Set aside”, below a basket, puts it here with its goods.</p>
    );
  return (
    <ul className="sales">
      {holds.map((held) => (
        <li key={held.id} className="row waiting">
          <span>
            {held.lines.map(({ sku, quantity }) => `${quantity} × ${names.get(sku) ?? sku}`).join(', ')}
            <br />
            <span className="small soft">
              {units(held.lines.length, 'line')}, until {timeText(new Date(held.untilMs).toISOString())}
            </span>
          </span>
          <button type="button" className="btn" onClick={() => void till.release(held.id)}>
            Give up
          </button>
          <button type="button" className="btn main" onClick={() => onRecall(held)}>
            Take up
          </button>
        </li>
      ))}
    </ul>
  );
}
