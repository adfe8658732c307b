/** `/till`: for whoever sells. It opens without a network: nothing here waits for a region. */
import { createTerminal, type Terminal } from '@tallystick/client-sdk/terminal';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '../ui/base.css';
import { App } from './app.tsx';
import { Enrol } from './enrol.tsx';
import { notKept } from './kept-page.ts';
import { keepTill, keptTill, newTillOfLab, type TillName } from './till-name.ts';
import { TillContext } from './use-till.ts';
import './till.css';

const root = createRoot(document.getElementById('app') as HTMLElement);

/** While it is open somewhere, a tab that is opened anew waits for the other one. */
let till: Terminal | undefined;

function open(name: TillName): void {
  keepTill(name);
  const { id, code, signIn } = name;
  const parent = name.link ?? `${location.origin.replace(/^http/, 'ws')}/link`;
  till = createTerminal({
    id,
    parent,
    ...(code === undefined ? {} : { code }),
    ...(signIn === undefined ? {} : { signIn }),
  });
  root.render(
    <StrictMode>
      <TillContext.Provider value={{ till, name }}>
        <App />
      </TillContext.Provider>
    </StrictMode>,
  );
}

async function begin(): Promise<void> {
  const known = keptTill() ?? (await newTillOfLab());
  if (known !== undefined) open(known);
  else root.render(<Enrol onDone={open} />);
}

void begin();
if ('serviceWorker' in navigator)
  navigator.serviceWorker.register('/till-worker.js', { scope: '/till' }).catch(() => notKept());
else notKept();
