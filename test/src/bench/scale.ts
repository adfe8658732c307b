/** scale: what a sale costs the authority and its Postgres as the tree and the range grow. */
import type { Bench, Case, Place } from './bench.ts';
import { type BooksServer, openServer } from './books.ts';
import { cpuMsOf, cpuMsOfTree, memoryOf } from './cpu.ts';
import { type FamilySize, openFamily } from './family.ts';
import { ratio, type Target } from './target.ts';

const SALES = 20_000;
/** Where one of the two grows, the other is this. */
const CHILDREN = 10;
const SKUS = 10_000;

const SIZES: readonly FamilySize[] = [
  { children: 1, skus: SKUS },
  { children: CHILDREN, skus: SKUS },
  { children: 100, skus: SKUS },
  { children: CHILDREN, skus: 1_000 },
  { children: CHILDREN, skus: 100_000 },
];

function scaleName({ children, skus }: FamilySize): string {
  return `${children}-children-${skus / 1_000}k-skus`;
}

async function open(place: Place): Promise<Case[]> {
  const server = await openServer(place);
  const cases: Case[] = [];
  for (const size of SIZES) {
    place.say(`scale: making ${scaleName(size)}`);
    cases.push(await familyCase(place, server, size));
  }
  return cases;
}

async function familyCase(place: Place, server: BooksServer, size: FamilySize): Promise<Case> {
  const name = scaleName(size);
  const family = await openFamily(place, server.url, name, size);
  return {
    name,
    note: `${SALES} unsent sales of ${size.children} shops, sent at once`,
    async round() {
      let before: CpuMs | undefined;
      const { ms } = await family.drain(SALES, () => {
        before = cpuMs(family.root.pid, server.pid);
      });
      const after = cpuMs(family.root.pid, server.pid);
      const authority = ((after.authority - (before?.authority ?? 0)) * 1_000) / SALES;
      const postgres = ((after.postgres - (before?.postgres ?? 0)) * 1_000) / SALES;
      const memory = memoryOf(family.root.pid)?.nowMiB ?? 0;
      return {
        perSecond: 1_000_000 / (authority + postgres),
        note: `µs a sale: authority ${authority.toFixed(0)}, Postgres ${postgres.toFixed(0)}; ${((SALES * 1_000) / ms).toFixed(0)} sales a second; authority ${memory.toFixed(0)} MiB`,
      };
    },
  };
}

interface CpuMs {
  readonly authority: number;
  readonly postgres: number;
}

/** @throws where the system does not tell: there is no figure then. */
function cpuMs(authorityPid: number, postgresPid: number): CpuMs {
  const [authority, postgres] = [cpuMsOf(authorityPid), cpuMsOfTree(postgresPid)];
  if (authority === undefined || postgres === undefined)
    throw new Error('This system does not tell what processor time a process took.');
  return { authority, postgres };
}

function growth(of: FamilySize, from: FamilySize, text: string): Target {
  return { ...ratio(scaleName(from), scaleName(of), 2), text, is: 'at most' };
}

export const scale: Bench = {
  name: 'scale',
  about: 'sales that a second of processor time carries at authority and Postgres, by children and by SKUs',
  rounds: 4,
  seconds: 1,
  open,
  targets: [
    growth(
      { children: 100, skus: SKUS },
      { children: 1, skus: SKUS },
      'cost a sale with 100 children against 1',
    ),
    growth(
      { children: CHILDREN, skus: 100_000 },
      { children: CHILDREN, skus: 1_000 },
      'cost a sale with 100k SKUs against 1k',
    ),
  ],
};
