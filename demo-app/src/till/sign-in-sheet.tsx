/** Who sells: asked before the first sale, after a reload, and when somebody signed out. No network is needed. */
import { useState } from 'react';
import { PinField, PinPad, type PinRefused, WrongPin } from './pin.tsx';
import { Strip } from './strip.tsx';
import { useTill } from './use-till.ts';

export function SignInSheet() {
  const { till, name, now } = useTill();
  const [who, setWho] = useState<string>();
  const [pin, setPin] = useState('');
  const [isChecking, setChecking] = useState(false);
  const [refused, setRefused] = useState<PinRefused>();
  const people = till.cashiers();
  const choose = (next: string | undefined) => {
    setWho(next);
    setPin('');
    setRefused(undefined);
  };
  const enter = async (id: string) => {
    setChecking(true);
    try {
      await till.signIn(id, pin);
    } catch (error) {
      setRefused({ who: id, error, atMs: Date.now() });
      setPin('');
    } finally {
      setChecking(false);
    }
  };
  return (
    <div className="till">
      <header className="till-top">
        <Strip />
      </header>
      <main className="who stack">
        <h1>{who === undefined ? 'Who is selling?' : `Hello, ${who}`}</h1>
        {people.length === 0 && (
          <p className="note warn">
            Nobody may sell at {now.location ?? 'this place'} yet. Whoever runs the system adds somebody:{' '}
            <code>npx tallystick cashier NAME --location {now.location}</code>
          </p>
        )}
        {who === undefined ? (
          <ul className="people">
            {people.map(({ id, role }) => (
              <li key={id}>
                <button type="button" className="btn big" onClick={() => choose(id)}>
                  <b>{id}</b>
                  {role === 'manager' && <span className="small soft">manager</span>}
                </button>
              </li>
            ))}
          </ul>
        ) : (
          <form
            className="stack"
            onSubmit={(event) => {
              event.preventDefault();
              void enter(who);
            }}
          >
            <PinField label="Your PIN" pin={pin} onPin={setPin} isFocused />
            <WrongPin refused={refused} />
            <PinPad pin={pin} onPin={setPin} />
            <p className="small soft" role="status">
              {isChecking ? 'One moment …' : ''}
            </p>
            <button type="button" className="btn plain" onClick={() => choose(undefined)}>
              ← Somebody else
            </button>
          </form>
        )}
        {name.hint !== undefined && <p className="small soft">{name.hint}</p>}
      </main>
    </div>
  );
}
