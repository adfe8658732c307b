/** What products are called, as they come into view. */
import { useEffect, useState } from 'react';
import { titleOf, useTill } from './use-till.ts';

/** More than are on a counter; what is not among them shows its SKU. */
const KNOWN_MAX = 1_000;

export function useNames(): ReadonlyMap<string, string> {
  const { till, now } = useTill();
  const [names, setNames] = useState<ReadonlyMap<string, string>>(new Map());
  const isOpen = now.state === 'open';
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new copy of the catalogue may have other names
  useEffect(() => {
    if (!isOpen) return;
    let isOver = false;
    void till.find('', KNOWN_MAX).then((products) => {
      if (!isOver) setNames(new Map(products.map((product) => [product.sku, titleOf(product)])));
    });
    return () => {
      isOver = true;
    };
  }, [till, isOpen, now.catalogueAsOfMs]);
  return names;
}
