/** Stock and replicas: the tree, the rights of one product in it, and how selling goes. */
import { useTallystick } from '@tallystick/client-sdk/react';
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import { Fence } from '../ui/fence.tsx';
import { usePolled } from '../ui/polled.ts';
import { to } from '../ui/route.ts';
import { Ready } from '../ui/states.tsx';
import { useFleet } from './fleet.tsx';
import { HappenedList } from './happened-list.tsx';
import { ROOT, treeRows } from './order.ts';
import { ProductPicker } from './product-picker.tsx';
import { ReplicaPanel } from './replica-panel.tsx';
import { type Explained, heldBy, type Move, movesBetween } from './rights.ts';
import { Tiles } from './tiles.tsx';
import { Tree } from './tree.tsx';
import { Why } from './why.tsx';

const Charts = lazy(() => import('./charts.tsx').then(({ Charts: part }) => ({ default: part })));

const NEWS_MAX = 6;

export function Overview({
  sku: wanted,
  replica: linked,
}: {
  readonly sku: string | undefined;
  /** Open at once, where a link of another part says so. */
  readonly replica: string | undefined;
}) {
  const client = useTallystick();
  const { poll } = useFleet();
  const products = usePolled(
    'products',
    async (signal) => (await client.get('/v1/products', { query: { limit: 250 }, signal })).items,
    60_000,
  );
  const sku =
    wanted ??
    products.now.value?.find(({ sku: one }) => one === 'MUG-STONE')?.sku ??
    products.now.value?.[0]?.sku;
  const [picked, setPicked] = useState(linked);
  const explained = usePolled(
    `why ${sku}`,
    (signal) =>
      sku === undefined
        ? new Promise<never>(() => {})
        : client.get('/v1/inventory/{sku}/explain', { path: { sku }, signal }),
    1_000,
  );
  const { moves, news } = useMoves(explained.now.value);
  const items = poll.now.value?.items;
  const rows = useMemo(() => treeRows(items ?? []), [items]);
  const held = useMemo(
    () => (explained.now.value === undefined ? undefined : heldBy(explained.now.value)),
    [explained.now.value],
  );
  const replica = items?.find(({ id }) => id === picked);
  return (
    <div className="overview">
      <section aria-labelledby="now">
        <h2 id="now" className="hidden">
          How selling goes
        </h2>
        <Tiles />
      </section>
      <div className="columns">
        <div className="stack">
          <section className="card tree-card" aria-labelledby="tree">
            <div className="row tree-top">
              <h2 id="tree">Who may sell what</h2>
              <ProductPicker
                products={products.now.value ?? []}
                sku={sku}
                onPick={(next) => {
                  location.hash = to('product', next);
                }}
              />
            </div>
            <Ready of={poll.now} rows={8}>
              {() => (
                <Tree
                  rows={rows}
                  held={held}
                  moves={moves}
                  picked={picked}
                  onPick={(id) => setPicked(id === picked ? undefined : id)}
                />
              )}
            </Ready>
            <ul className="news small soft" aria-label="What moved last">
              {news.map(({ key, from, to: target, units }) => (
                <li key={key}>
                  <b>{units}</b> {from === ROOT ? 'books' : from} → {target === ROOT ? 'books' : target}
                </li>
              ))}
              {news.length === 0 && <li>Rights that move from one replica to another show here.</li>}
            </ul>
          </section>
          <Fence what="The chart">
            <Suspense fallback={<div className="bones chart-bones" />}>
              <Charts />
            </Suspense>
          </Fence>
        </div>
        <div className="stack side">
          {replica !== undefined && (
            <ReplicaPanel replica={replica} onDone={poll.again} onClose={() => setPicked(undefined)} />
          )}
          {sku !== undefined && <Why sku={sku} explained={explained.now} />}
          <HappenedList />
        </div>
      </div>
    </div>
  );
}

/** What has just moved, and the last few moves. */
function useMoves(explained: Explained | undefined): {
  readonly moves: readonly Move[];
  readonly news: readonly Move[];
} {
  const before = useRef<Explained>(undefined);
  const [found, setFound] = useState<{ moves: readonly Move[]; news: readonly Move[] }>({
    moves: [],
    news: [],
  });
  useEffect(() => {
    if (explained === undefined || explained === before.current) return;
    const isOther = before.current?.sku !== explained.sku;
    const moves = movesBetween(before.current, explained);
    before.current = explained;
    if (isOther) setFound({ moves: [], news: [] });
    else if (moves.length > 0)
      setFound(({ news }) => ({ moves, news: [...moves, ...news].slice(0, NEWS_MAX) }));
  }, [explained]);
  return found;
}
