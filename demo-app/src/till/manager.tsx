/** A manager’s word, for what a cashier may not do alone: asked of whoever is none. */
import type { OnceManager } from '@tallystick/client-sdk/terminal';
import { useState } from 'react';
import { PinField } from './pin.tsx';
import { useTill } from './use-till.ts';

export interface ManagerDesk {
  /** Whether one has to be asked at all. */
  readonly isAsked: boolean;
  readonly once: OnceManager | undefined;
  readonly choose: (who: string) => void;
  readonly type: (pin: string) => void;
}

export function useManager(): ManagerDesk {
  const { till, now, needsPin } = useTill();
  const first = till.cashiers().find(({ role }) => role === 'manager')?.id ?? '';
  const [who, choose] = useState(first);
  const [pin, type] = useState('');
  const isAsked = needsPin && now.cashier?.role !== 'manager';
  return { isAsked, once: isAsked ? { cashier: who, pin } : undefined, choose, type };
}

export function ManagerFields({ desk: { once, choose, type } }: { readonly desk: ManagerDesk }) {
  const { till } = useTill();
  const managers = till.cashiers().filter(({ role }) => role === 'manager');
  if (once === undefined) return null;
  if (managers.length === 0)
    return <p className="note warn">This is a manager’s to do, and this shop has none yet.</p>;
  return (
    <fieldset className="ask-manager">
      <legend className="small">This is a manager’s to do. Ask one for their PIN.</legend>
      <label className="field">
        <span>Manager</span>
        <select className="input" value={once.cashier} onChange={(event) => choose(event.target.value)}>
          {managers.map(({ id }) => (
            <option key={id}>{id}</option>
          ))}
        </select>
      </label>
      <PinField label="Their PIN" pin={once.pin} onPin={type} />
    </fieldset>
  );
}
