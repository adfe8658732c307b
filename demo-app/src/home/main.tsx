/** `/`: which screen. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '../ui/base.css';
import './home.css';

const SCREENS = [
  { href: '/shop', name: 'Shop', what: 'Buy something, on your phone and your computer at once.' },
  { href: '/till', name: 'Till', what: 'Sell over the counter. Pull the plug, and go on selling.' },
  { href: '/console', name: 'Console', what: 'See where every unit is, and how it gets there.' },
];

createRoot(document.getElementById('app') as HTMLElement).render(
  <StrictMode>
    <main className="home">
      <img src="/icon.svg" alt="" width="56" height="56" />
      <h1>One stock, sold everywhere at once</h1>
      <p className="soft">
        Tills, shops, regions and the web shop sell the same goods, online or cut off, and never a unit twice.
      </p>
      <ul>
        {SCREENS.map(({ href, name, what }) => (
          <li key={href}>
            <a className="card" href={href}>
              <h2>{name}</h2>
              <p className="soft">{what}</p>
            </a>
          </li>
        ))}
      </ul>
      <p className="small">
        <a href="/docs">The same by REST</a>
      </p>
    </main>
  </StrictMode>,
);
