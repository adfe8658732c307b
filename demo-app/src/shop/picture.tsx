/** A drawing for each kind of thing: no photographs were taken, and nothing is loaded for it. */
const SHAPES: readonly (readonly [RegExp, string])[] = [
  [/^MUG|^JUG|^FRENCH/, 'M30 30h34v30a14 14 0 0 1-14 14h-6a14 14 0 0 1-14-14zM64 38h6a9 9 0 0 1 0 20h-6'],
  [/^PLATE|^BOWL|^CLOCK/, 'M50 22a28 28 0 1 0 .01 0zM50 34a16 16 0 1 0 .01 0z'],
  [/^GLASS|^WINE/, 'M36 24h28l-3 22a11 11 0 0 1-22 0zM50 57v17M40 76h20'],
  [
    /^TEAPOT|^KETTLE|^WATER/,
    'M30 46a20 16 0 0 1 40 0v14a14 12 0 0 1-14 12H44a14 12 0 0 1-14-12zM70 50l14-10M50 30v-6M36 32a16 12 0 0 1 28 0',
  ],
  [/^PAN|^POT-5/, 'M24 44h42v14a12 12 0 0 1-12 12H36a12 12 0 0 1-12-12zM66 50h22'],
  [/^KNIFE|^SPOON|^WHISK|^PEN|^BRUSH/, 'M26 74l20-20M44 52c10-18 22-26 32-28-2 10-10 22-28 32z'],
  [/^CANDLE|^LANTERN/, 'M38 44h24v32H38zM50 44v-8M50 36c-6-6 0-12 0-16 4 6 6 10 0 16z'],
  [/^LAMP|^BULB/, 'M36 24h28l10 24H26zM50 48v26M36 76h28'],
  [
    /^VASE|^POT-T|^JAR|^SOAP|^SEED/,
    'M40 24h20c0 12 10 16 10 30 0 12-8 22-20 22s-20-10-20-22c0-14 10-18 10-30z',
  ],
  [/^TOWEL|^APRON|^NAPKIN|^TABLE|^BLANKET|^CUSHION/, 'M26 30h48v40H26zM26 40h48M26 48h48'],
  [/^BASKET|^BREAD|^BOARD/, 'M24 42h52l-6 32H30zM34 42a16 18 0 0 1 32 0'],
];
const BOX = 'M28 34l22-10 22 10v30l-22 12-22-12zM28 34l22 12 22-12M50 46v30';

export function Picture({ sku }: { readonly sku: string }) {
  const [, path = BOX] = SHAPES.find(([pattern]) => pattern.test(sku)) ?? [];
  return (
    <svg className="picture" viewBox="0 0 100 100" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}
