/** A replica that will not come back is shut out; what was counted of what it held is sold by others. */
import { useTallystick } from '@tallystick/client-sdk/react';
import { useState } from 'react';
import { Field } from '../ui/field.tsx';
import { usePolled } from '../ui/polled.ts';
import { Ready } from '../ui/states.tsx';
import { units } from '../ui/words.ts';
import { ActForm, useAct } from './act.tsx';

const POOLS_SHOWN = 250;
const EVERY_MS = 5_000;

interface Counted {
  readonly sku: string;
  readonly locationId: string;
  readonly quantity: number;
}

export function RetireForm({ id, onDone }: { readonly id: string; readonly onDone: () => void }) {
  const client = useTallystick();
  const act = useAct();
  const [typed, setTyped] = useState('');
  const [withChildren, setWithChildren] = useState(false);
  const [counted, setCounted] = useState<ReadonlyMap<string, Counted>>(new Map());
  // One act a form: a second press is the same one.
  const [name] = useState(() => crypto.randomUUID());
  const sum = [...counted.values()].reduce((all, { quantity }) => all + quantity, 0);
  const count = (line: Counted) => setCounted(new Map(counted).set(`${line.sku}@${line.locationId}`, line));
  return (
    <div className="inset">
      <ActForm
        act={act}
        submit={`Shut out ${id}`}
        tone="bad"
        isReady={typed === id}
        run={() => {
          const lines = [...counted.values()].filter(({ quantity }) => quantity > 0);
          const body = { id: name, withChildren, counted: lines };
          return client.post('/v1/replicas/{id}/retire', { path: { id }, body }).finally(onDone);
        }}
        done={(said) => {
          const { reclaimed, left } = said as Record<'reclaimed' | 'left', { units: number }>;
          return `${id} is shut out. ${units(reclaimed.units)} can be sold by others; ${units(left.units)} stay out of sale.`;
        }}
      >
        <p className="small soft">
          Its key opens nothing any more, for good. Units that it held stay out of sale, but for those that
          somebody has counted on the shelf.
        </p>
        <HeldThere id={id} counted={counted} onCount={count} />
        <label className="row">
          <input
            type="checkbox"
            checked={withChildren}
            onChange={(event) => setWithChildren(event.target.checked)}
          />
          All below it are lost as well
        </label>
        {sum > 0 && <p className="small">{units(sum)} were counted and come back.</p>}
        <Field label={`Type ${id} to make sure`} autoComplete="off" value={typed} onText={setTyped} />
      </ActForm>
    </div>
  );
}

/** What it may still have, as the books know it: how many of these were counted? */
function HeldThere({
  id,
  counted,
  onCount,
}: {
  readonly id: string;
  readonly counted: ReadonlyMap<string, Counted>;
  readonly onCount: (line: Counted) => void;
}) {
  const client = useTallystick();
  const { now } = usePolled(
    `rights ${id}`,
    (signal) =>
      client.get('/v1/replicas/{id}/rights', { path: { id }, query: { limit: POOLS_SHOWN }, signal }),
    EVERY_MS,
  );
  return (
    <Ready of={now} rows={1}>
      {({ items, nextCursor }) => {
        const held = items.filter(({ free, onHold }) => free + onHold > 0);
        if (held.length === 0) return <p className="small">The books know of nothing that it holds.</p>;
        return (
          <fieldset className="counted">
            <legend className="small">Counted on the shelf, at most what it held</legend>
            {held.map(({ sku, locationId, free, onHold }) => (
              <label className="row small" key={`${sku}@${locationId}`}>
                <span className="grow">
                  {sku} at {locationId}
                </span>
                <input
                  className="input few"
                  type="number"
                  min="0"
                  max={free + onHold}
                  value={counted.get(`${sku}@${locationId}`)?.quantity ?? 0}
                  onChange={(event) =>
                    onCount({ sku, locationId, quantity: event.target.valueAsNumber || 0 })
                  }
                />
                of {free + onHold}
              </label>
            ))}
            {nextCursor !== null && (
              <p className="small soft">There is more than fits here: npx tallystick retire takes a list.</p>
            )}
          </fieldset>
        );
      }}
    </Ready>
  );
}
