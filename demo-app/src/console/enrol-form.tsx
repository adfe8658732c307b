/** Room for a new replica, and the code that its device is given. */
import { useTallystick } from '@tallystick/client-sdk/react';
import { useState } from 'react';
import { Field } from '../ui/field.tsx';
import { ActForm, useAct } from './act.tsx';

/** In the words of people; the names are the registry's. */
const KINDS = {
  terminal: 'till',
  store: 'shop with a computer of its own',
  warehouse: 'warehouse',
  region: 'region',
  channel: 'sales channel',
} as const;
type Kind = keyof typeof KINDS;

export function EnrolForm({
  parent,
  place,
  onDone,
}: {
  readonly parent: string;
  readonly place: string | null;
  readonly onDone: () => void;
}) {
  const client = useTallystick();
  const act = useAct();
  const [id, setId] = useState('');
  const [kind, setKind] = useState<Kind>('terminal');
  return (
    <div className="inset">
      <ActForm
        act={act}
        submit="Get a code"
        run={() =>
          client.post('/v1/replicas', { body: { id, kind, parent, location: place } }).finally(onDone)
        }
        done={(made) =>
          `Type this code into the new device: ${(made as { code: string }).code}. It works once, for an hour.`
        }
      >
        <Field
          label="Name: lower-case letters, digits and dashes"
          required
          pattern="[a-z0-9][a-z0-9\-]*"
          value={id}
          onText={setId}
        />
        <label className="field">
          <span>What it is</span>
          <select className="input" value={kind} onChange={(event) => setKind(event.target.value as Kind)}>
            {Object.entries(KINDS).map(([name, words]) => (
              <option key={name} value={name}>
                {words}
              </option>
            ))}
          </select>
        </label>
      </ActForm>
    </div>
  );
}
