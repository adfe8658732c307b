/** Starts a screen: who asks, the client of the region that served the page, and a word while it comes up. */
import { type Client, createClient } from '@tallystick/client-sdk';
import { TallystickProvider } from '@tallystick/client-sdk/react';
import { type ReactNode, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './base.css';
import { SignIn } from './sign-in.tsx';
import { type Screen, TokenDesk } from './token-desk.ts';

export interface Started {
  readonly client: Client;
  readonly desk: TokenDesk;
}

export async function start(screen: Screen, render: (started: Started) => ReactNode): Promise<void> {
  const desk = new TokenDesk(screen);
  const root = createRoot(document.getElementById('app') as HTMLElement);
  const isIn = await desk.signIn();
  if (!isIn) {
    root.render(<SignIn screen={screen} onToken={(token) => desk.keep(token)} />);
    return;
  }
  const url = location.origin;
  const auth = desk.auth;
  const client = createClient(auth === undefined ? { url } : { url, auth });
  root.render(
    <StrictMode>
      <TallystickProvider client={client}>{render({ client, desk })}</TallystickProvider>
    </StrictMode>,
  );
}
