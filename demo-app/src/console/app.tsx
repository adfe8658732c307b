/** The console: its parts, and which one is open. */
import { lazy, Suspense, useEffect, useRef } from 'react';
import { to, useRoute } from '../ui/route.ts';
import { FleetProvider } from './fleet.tsx';
import { Overview } from './overview.tsx';
import { Stale } from './stale.tsx';
import { Tour } from './tour.tsx';

const Trouble = lazy(() => import('./trouble.tsx').then(({ Trouble: part }) => ({ default: part })));
const Webhooks = lazy(() => import('./webhooks.tsx').then(({ Webhooks: part }) => ({ default: part })));
const Audit = lazy(() => import('./audit.tsx').then(({ Audit: part }) => ({ default: part })));
const Lab = lazy(() => import('./lab.tsx').then(({ Lab: part }) => ({ default: part })));

const PARTS = [
  { name: '', label: 'Stock and replicas' },
  { name: 'trouble', label: 'Needs attention' },
  { name: 'webhooks', label: 'Webhooks' },
  { name: 'audit', label: 'Audit' },
];

export function App({ hasLab }: { readonly hasLab: boolean }) {
  const [part = '', ...rest] = useRoute();
  const parts = hasLab ? [...PARTS, { name: 'lab', label: 'Lab' }] : PARTS;
  const open = parts.some(({ name }) => name === part) ? part : '';
  const label = parts.find(({ name }) => name === open)?.label ?? '';
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    document.title = `${label} · Console`;
    // On a phone not all of them have room beside each other.
    nav.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [label]);
  return (
    <FleetProvider>
      <header className="top">
        <a className="brand" href="/">
          <img src="/icon.svg" alt="" width="28" height="28" />
          Tallystick
        </a>
        <nav ref={nav} aria-label="Parts of the console">
          {parts.map(({ name, label: text }) => (
            <a key={name} href={to(name)} aria-current={name === open ? 'page' : undefined}>
              {text}
            </a>
          ))}
        </nav>
        <Tour />
      </header>
      <main className="page">
        <h1 className="hidden">{label}</h1>
        <Stale />
        <Suspense fallback={<p className="soft">Loading …</p>}>
          {open === '' && (
            <Overview
              sku={part === 'product' ? rest[0] : undefined}
              replica={part === 'replica' ? rest[0] : undefined}
            />
          )}
          {open === 'trouble' && <Trouble />}
          {open === 'webhooks' && <Webhooks open={rest[0]} />}
          {open === 'audit' && <Audit key={rest.join('/')} kind={rest[0]} id={rest[1]} />}
          {open === 'lab' && <Lab />}
        </Suspense>
      </main>
    </FleetProvider>
  );
}
