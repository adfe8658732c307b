/** The catalogue that a first start loads: a household shop, with names and prices one would believe. */
import type { LocationInput, ProductInput } from '@tallystick/store-agent';
import type { CatalogueEntry } from '../fleet/operator.ts';

/** SKU, English name, German name, EUR cents, USD cents. */
const GOODS: readonly (readonly [string, string, string, number, number])[] = [
  ['MUG-STONE', 'Stoneware mug, 350 ml', 'Steingutbecher, 350 ml', 995, 1099],
  ['MUG-ENAMEL', 'Enamel mug, white with blue rim', 'Emaillebecher, weiß mit blauem Rand', 790, 890],
  ['PLATE-26', 'Dinner plate, 26 cm', 'Essteller, 26 cm', 1290, 1390],
  ['BOWL-15', 'Cereal bowl, 15 cm', 'Müslischale, 15 cm', 890, 950],
  ['GLASS-6', 'Water glasses, set of 6', 'Wassergläser, 6er-Set', 1495, 1590],
  ['WINE-2', 'Wine glasses, set of 2', 'Weingläser, 2er-Set', 1690, 1790],
  ['JUG-1L', 'Glass jug, 1 litre', 'Glaskrug, 1 Liter', 1890, 1990],
  ['TEAPOT-BAM', 'Teapot with bamboo handle', 'Teekanne mit Bambusgriff', 3490, 3790],
  ['FRENCH-1L', 'French press, 1 litre', 'French Press, 1 Liter', 2990, 3190],
  ['KETTLE-STV', 'Stovetop kettle, 2 litres', 'Wasserkessel, 2 Liter', 3990, 4290],
  ['PAN-24', 'Cast-iron pan, 24 cm', 'Gusseisenpfanne, 24 cm', 4490, 4790],
  ['POT-5L', 'Stock pot, 5 litres', 'Suppentopf, 5 Liter', 5490, 5890],
  ['KNIFE-CHEF', 'Chef’s knife, 20 cm', 'Kochmesser, 20 cm', 4990, 5290],
  ['KNIFE-PAR', 'Paring knife, 9 cm', 'Schälmesser, 9 cm', 1290, 1390],
  ['BOARD-OAK', 'Chopping board, oak', 'Schneidebrett, Eiche', 2790, 2990],
  ['SPOON-OLV', 'Wooden spoon, olive', 'Kochlöffel, Olivenholz', 690, 750],
  ['WHISK-BAL', 'Balloon whisk', 'Schneebesen', 790, 850],
  ['TIMER-EGG', 'Egg timer', 'Eieruhr', 990, 1090],
  ['SCALE-5KG', 'Kitchen scale, 5 kg', 'Küchenwaage, 5 kg', 2490, 2690],
  ['JAR-1L', 'Storage jar, 1 litre', 'Vorratsglas, 1 Liter', 590, 650],
  ['JAR-SPICE', 'Spice jars, set of 8', 'Gewürzgläser, 8er-Set', 1790, 1890],
  ['BREAD-BIN', 'Bread bin, steel', 'Brotkasten, Stahl', 3990, 4190],
  ['TOWEL-TEA', 'Tea towels, set of 3', 'Geschirrtücher, 3er-Set', 1290, 1390],
  ['APRON-LIN', 'Linen apron', 'Leinenschürze', 2990, 3190],
  ['NAPKIN-4', 'Cotton napkins, set of 4', 'Baumwollservietten, 4er-Set', 1490, 1590],
  ['TABLE-CL', 'Tablecloth, 140 × 220 cm', 'Tischdecke, 140 × 220 cm', 3490, 3690],
  ['CANDLE-BW', 'Beeswax candle', 'Bienenwachskerze', 890, 950],
  ['CANDLE-TL', 'Tea lights, 50 pieces', 'Teelichter, 50 Stück', 690, 750],
  ['LANTERN-S', 'Garden lantern, small', 'Gartenlaterne, klein', 1990, 2190],
  ['LAMP-DESK', 'Desk lamp, brass', 'Schreibtischlampe, Messing', 7990, 8490],
  ['BULB-E27', 'LED bulb, E27, warm white', 'LED-Lampe, E27, warmweiß', 490, 550],
  ['CLOCK-WALL', 'Wall clock, 30 cm', 'Wanduhr, 30 cm', 3490, 3790],
  ['FRAME-A4', 'Picture frame, A4, oak', 'Bilderrahmen, A4, Eiche', 1790, 1890],
  ['VASE-TALL', 'Tall glass vase', 'Hohe Glasvase', 2490, 2690],
  ['POT-TERRA', 'Terracotta pot, 18 cm', 'Terrakottatopf, 18 cm', 790, 850],
  ['WATER-CAN', 'Watering can, 1.5 litres', 'Gießkanne, 1,5 Liter', 1690, 1790],
  ['SEED-BASIL', 'Basil seeds', 'Basilikumsamen', 290, 320],
  ['SOAP-OLIVE', 'Olive oil soap', 'Olivenölseife', 450, 490],
  ['BRUSH-DISH', 'Dish brush, beech', 'Spülbürste, Buche', 590, 650],
  ['TOWEL-BATH', 'Bath towel, 70 × 140 cm', 'Badetuch, 70 × 140 cm', 2490, 2690],
  ['BASKET-L', 'Laundry basket, willow', 'Wäschekorb, Weide', 4490, 4790],
  ['HOOK-5', 'Coat hooks, set of 5', 'Garderobenhaken, 5er-Set', 1990, 2090],
  ['NOTE-A5', 'Notebook, A5, dotted', 'Notizbuch, A5, gepunktet', 1190, 1290],
  ['PEN-BRASS', 'Brass ballpoint pen', 'Kugelschreiber, Messing', 1890, 1990],
  ['CARD-10', 'Greeting cards, 10 pieces', 'Grußkarten, 10 Stück', 990, 1090],
  ['PUZZLE-1K', 'Jigsaw puzzle, 1,000 pieces', 'Puzzle, 1.000 Teile', 1990, 2190],
  ['BLANKET-W', 'Wool blanket', 'Wolldecke', 6990, 7490],
  ['CUSHION', 'Linen cushion, 45 cm', 'Leinenkissen, 45 cm', 2490, 2690],
];

const LOCATIONS: readonly LocationInput[] = [
  {
    id: 'berlin',
    name: 'Berlin, Torstraße',
    kind: 'store',
    keeper: 'berlin',
    timeZone: 'Europe/Berlin',
    currency: 'EUR',
  },
  {
    id: 'rotterdam',
    name: 'Rotterdam warehouse',
    kind: 'warehouse',
    keeper: 'rotterdam',
    timeZone: 'Europe/Amsterdam',
    currency: 'EUR',
  },
  {
    id: 'memphis',
    name: 'Memphis warehouse',
    kind: 'warehouse',
    keeper: 'memphis',
    timeZone: 'America/Chicago',
    currency: 'USD',
  },
];

const PRODUCTS: readonly ProductInput[] = GOODS.map(([sku, en, de, eur, usd], i) => ({
  sku,
  names: { en, de },
  baseUnit: 'piece',
  barcodes: [gtin13(i)],
  prices: { EUR: eur, USD: usd },
  taxRateBp: 1900,
  taxIncluded: true,
}));

/** From the range 200–299 that GS1 leaves to shops for their own numbers. */
function gtin13(index: number): string {
  const digits = `200${String(index + 1).padStart(9, '0')}`;
  let sum = 0;
  for (let i = 0; i < 12; i += 1) sum += Number(digits[i]) * (i % 2 === 0 ? 1 : 3);
  return digits + String((10 - (sum % 10)) % 10);
}

export const SAMPLE_CATALOGUE: readonly CatalogueEntry[] = [
  ...LOCATIONS.map((body) => ({ kind: 'location', id: body.id, body }) as const),
  ...PRODUCTS.map((body) => ({ kind: 'product', id: body.sku, body }) as const),
];

/** Who sells in Berlin, with PINs that a newcomer finds in the documents: this fleet is for trying things out. */
export const SAMPLE_CASHIERS = [
  { id: 'anna', role: 'cashier', locations: ['berlin'], pin: '2846' },
  { id: 'max', role: 'manager', locations: ['berlin'], pin: '7391' },
] as const;

/** The same, in a sentence. */
export const CASHIERS_TEXT = SAMPLE_CASHIERS.map(({ id, role, pin }) => `${id} (${role}) with ${pin}`).join(
  ', ',
);

/** Units of each product at each place on the first day: cheap things by the case, dear ones by the piece. */
export function openingStock(location: string): { sku: string; quantity: number }[] {
  const factor = location === 'berlin' ? 1 : 5;
  return PRODUCTS.map(({ sku, prices }) => ({
    sku,
    quantity: Math.max(6, Math.round(20_000 / (prices.EUR as number))) * factor,
  }));
}
