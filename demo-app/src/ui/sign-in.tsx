/** What somebody sees who has to say who they are first. */
import { useState } from 'react';
import { Field } from './field.tsx';
import type { Screen } from './token-desk.ts';

export function SignIn({
  screen,
  onToken,
}: {
  readonly screen: Screen;
  readonly onToken: (token: string) => void;
}) {
  const [token, setToken] = useState('');
  return (
    <main className="sign-in stack">
      <h1>Please sign in</h1>
      <p className="soft">
        {screen === 'shop'
          ? 'This shop is not open to visitors yet.'
          : 'This page shows and changes what not everybody may.'}
      </p>
      <a className="btn main" href={`/auth/login?next=/${screen}`}>
        Sign in
      </a>
      <details>
        <summary>I have a token</summary>
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            if (token.trim() !== '') onToken(token.trim());
          }}
        >
          <Field label="Token" autoComplete="off" value={token} onText={setToken} />
          <button className="btn" type="submit">
            Use it
          </button>
        </form>
      </details>
    </main>
  );
}
