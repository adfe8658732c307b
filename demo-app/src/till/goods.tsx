/** What is for sale at this till: by search, by scanner, by a tap; with how many it may sell. */
import type { TillProduct } from '@tallystick/client-sdk/terminal';
import { useEffect, useRef, useState } from 'react';
import { moneyText } from '../ui/words.ts';
import { hasCamera, scanWithCamera } from './scanner.ts';
import { priceOf, titleOf, useTill } from './use-till.ts';

const SHOWN = 60;

export function Goods({
  onPick,
  onCode,
}: {
  readonly onPick: (product: TillProduct) => void;
  readonly onCode: (code: string) => void;
}) {
  const { till, now } = useTill();
  const [text, setText] = useState('');
  const [found, setFound] = useState<readonly TillProduct[]>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new copy of the catalogue is looked through anew
  useEffect(() => {
    let isOver = false;
    void till.find(text, SHOWN).then((products) => {
      if (!isOver) setFound(products);
    });
    return () => {
      isOver = true;
    };
  }, [till, text, now.catalogueAsOfMs]);
  return (
    <section className="goods-side" aria-label="Goods">
      <form
        className="row goods-search"
        onSubmit={(event) => {
          event.preventDefault();
          const [only] = found ?? [];
          if (/^\d{8,14}$/.test(text)) onCode(text);
          else if (found?.length === 1 && only !== undefined) onPick(only);
          else return;
          setText('');
        }}
      >
        <label className="grow">
          <span className="hidden">Search or scan</span>
          <input
            className="input"
            type="search"
            placeholder="Search, or scan a barcode"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
        {hasCamera() && <Camera onCode={onCode} />}
      </form>
      {found?.length === 0 && <p className="note soft">Nothing by that name.</p>}
      <ul className="keys">
        {found?.map((product) => (
          <li key={product.sku}>
            <button type="button" className="key" onClick={() => onPick(product)}>
              <b>{titleOf(product)}</b>
              <span className="key-row">
                <span>{moneyText(priceOf(product))}</span>
                <Here units={till.available(product.sku)} isUp={now.link === 'up'} />
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Here({ units, isUp }: { readonly units: number; readonly isUp: boolean }) {
  if (units > 0) return <span className="tag good">{units} here</span>;
  return <span className={`tag ${isUp ? '' : 'bad'}`}>{isUp ? 'on request' : 'none here'}</span>;
}

function Camera({ onCode }: { readonly onCode: (code: string) => void }) {
  const [isOpen, setOpen] = useState(false);
  const [isRefused, setRefused] = useState(false);
  const video = useRef<HTMLVideoElement>(null);
  const hear = useRef(onCode);
  hear.current = onCode;
  useEffect(() => {
    if (!isOpen || video.current === null) return;
    const stop = new AbortController();
    scanWithCamera(video.current, stop.signal)
      .then((code) => {
        if (code !== undefined) hear.current(code);
      })
      .catch(() => setRefused(!stop.signal.aborted))
      .finally(() => setOpen(false));
    return () => stop.abort();
  }, [isOpen]);
  return (
    <>
      <button
        type="button"
        className="btn"
        onClick={() => {
          setRefused(false);
          setOpen(!isOpen);
        }}
      >
        {isOpen ? 'Stop' : 'Camera'}
      </button>
      {isRefused && (
        <p className="bad" role="status">
          The camera cannot be used. Allow it in the browser’s settings for this page, or search by name or
          number.
        </p>
      )}
      {isOpen && <video ref={video} className="camera" muted playsInline />}
    </>
  );
}
