/** How many there are, in words that help to decide; as it changes. */
import { useStock } from '@tallystick/client-sdk/react';

const FEW = 10;

export function Left({ sku }: { readonly sku: string }) {
  const { level } = useStock(sku);
  if (level === undefined) return <span className="tag">…</span>;
  const { available } = level;
  if (available <= 0) return <span className="tag bad">Sold out</span>;
  if (available <= FEW) return <span className="tag warn">Only {available} left</span>;
  return <span className="tag good">In stock</span>;
}
