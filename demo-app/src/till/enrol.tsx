/** A new device becomes a till, once. */
import { useState } from 'react';
import { Field } from '../ui/field.tsx';
import type { TillName } from './till-name.ts';

export function Enrol({ onDone }: { readonly onDone: (name: TillName) => void }) {
  const [id, setId] = useState('');
  const [code, setCode] = useState('');
  const [link, setLink] = useState('');
  const [needsPin, setNeedsPin] = useState(true);
  return (
    <main className="sign-in">
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          const given = link.trim();
          onDone({
            id: id.trim(),
            code: code.trim(),
            signIn: needsPin ? 'required' : 'off',
            ...(given === '' ? {} : { link: given }),
          });
        }}
      >
        <h1>Make this device a till</h1>
        <p className="soft">
          Whoever runs the system gives you a name and a code: on the console, press the shop and “Add a
          replica under it”.
        </p>
        <Field label="Name of the till" required value={id} onText={setId} />
        <Field label="Code" required autoComplete="off" value={code} onText={setCode} />
        <label className="row">
          <input type="checkbox" checked={needsPin} onChange={(event) => setNeedsPin(event.target.checked)} />
          Whoever sells here signs in with a PIN
        </label>
        <details>
          <summary>It belongs to a shop with a computer of its own</summary>
          <Field
            label="Link of the shop"
            placeholder="wss://shop.example/link"
            value={link}
            onText={setLink}
          />
        </details>
        <button className="btn main big" type="submit">
          Begin
        </button>
      </form>
    </main>
  );
}
