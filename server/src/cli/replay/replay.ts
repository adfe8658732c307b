/**
 * `tallystick replay`: a year of trade sold through a real fleet, in compressed time, over
 * a bad network, with cuts and kills; and at the end, what the books say, in plain SQL.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AgentSettings, ConfigError, stopSignal } from '@tallystick/store-agent';
import { openPool } from '../../authority/postgres/pool.ts';
import { Fleet, type FleetPlan } from '../fleet/fleet.ts';
import { freePorts } from '../fleet/free-ports.ts';
import type { CatalogueEntry } from '../fleet/operator.ts';
import {
  bookedLines,
  bookedPools,
  compareJournals,
  doubledDocuments,
  oversoldInBooks,
} from './books-check.ts';
import { Driver } from './driver.ts';
import { DEFAULT_FAULTS, FaultProxy } from './fault-proxy.ts';
import { Ledger } from './ledger.ts';
import { checkPools, checkSales } from './ledger-check.ts';
import { readReplayOptions, readTrade } from './options.ts';
import { createPlan, type ReplayPlan } from './plan.ts';
import { createPrng } from './prng.ts';
import { createProgress } from './progress.ts';
import { brokenPromises, createReport, formatReport, type ReplayReport } from './report.ts';
import { ReplayInputError } from './trade.ts';

/**
 * A trading day passes in about half a second, so what a shop would wait a second for
 * takes milliseconds, and the weeks that a policy looks back are seconds.
 */
const SETTINGS = {
  sellWaitMs: 400,
  overrideUnitsMax: 0,
  // On this machine alone, and nobody but the replay calls.
  auth: { signIn: 'off' },
  times: { retryMsMin: 10, retryMsMax: 100, handshakeMs: 1_000 },
  // A morning of trade passes meanwhile: what gathers is a few sales of each till.
  link: { gatherMs: 500 },
};
const POLICY = { halfLifeMs: 40_000, horizonMs: 4_000, spreadEveryMs: 300, recallMs: 400, debtAskMs: 2_000 };
/**
 * Nobody cuts a till off from its shop, and this trade sells by the dozen: stock that would serve few of its lines is
 * dealt out as it is asked for, where it would only go from one till to the next.
 */
const SHOP_POLICY = { ...POLICY, scarcePerChild: 48 };

export async function replay(args: readonly string[]): Promise<number> {
  const options = readReplayOptions(args);
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const stop = new AbortController();
  void stopSignal().then(() => stop.abort());
  try {
    say(options.file === undefined ? 'making up a year of trade' : `reading ${options.file}`);
    const { table, malformed } = await readTrade(options, say);
    const plan = createPlan(table, options);
    const report = await runPlan(plan, malformed, say, stop.signal);
    process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : formatReport(report));
    return brokenPromises(report).length === 0 ? 0 : 1;
  } catch (error) {
    if (error instanceof ReplayInputError) throw new ConfigError(error.message);
    if (stop.signal.aborted) {
      say('stopped before the end: no report');
      return 130;
    }
    throw error;
  }
}

async function runPlan(
  plan: ReplayPlan,
  malformed: number,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<ReplayReport> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tallystick-replay-'));
  let driver: Driver | undefined;
  const proxy = new FaultProxy(DEFAULT_FAULTS, createPrng(`network ${plan.seed}`), {
    asked: (child, pools) => driver?.noteAsked(child, pools),
  });
  const proxyPort = await proxy.start();
  let crashes = 0;
  const fleet = new Fleet(
    fleetPlan(plan, dataDir, proxy, proxyPort, await freePorts(plan.shape.replicas.length + 2)),
    {
      step: (message) => say(`  ${message}`),
      restarted: (name, why, wasKilled) => {
        if (wasKilled) return;
        crashes += 1;
        say(`  ! ${name} ended (${why}); starting it again`);
      },
    },
  );
  try {
    await fleet.start();
    const ledger = new Ledger(plan.returnKeys);
    const progress = createProgress(process.stderr, plan.lineCount);
    let lines = 0;
    driver = new Driver(fleet, proxy, plan.shape, ledger, (step) => {
      lines += step.kind === 'sale' ? step.lines.length : step.kind === 'delivery' ? 0 : 1;
      const { unitsSold, unitsRefused } = ledger.counts;
      progress.update({ lines, at: step.at, unitsSold, unitsRefused });
    });
    say('  filling the shelves');
    await driver.run(plan.opening, signal);
    const startedMs = performance.now();
    proxy.counts.frames = 0;
    await driver.run(plan.steps(), signal);
    const sellingMs = performance.now() - startedMs;
    const messages = proxy.counts.frames;
    progress.done();
    say('  every line is up again; waiting until the books have everything');
    proxy.quieten();
    const settleMs = await driver.settle(signal);
    await fleet.stopReplicas();
    const checked = await check(fleet, ledger, dataDir, plan, say);
    return createReport(ledger, checked.sales, {
      invoices: plan.invoiceCount,
      malformedRows: malformed,
      localLines: driver.counts.localLines,
      localLinesContended: driver.counts.localContended,
      soldLinesContended: driver.counts.soldContended,
      messages,
      kills: driver.counts.kills,
      crashes,
      cuts: driver.counts.cuts,
      oversoldInBooks: checked.oversold,
      booksEqualJournals: checked.isEqual,
      sellingMs,
      settleMs,
    });
  } finally {
    driver?.close();
    await fleet.stop();
    proxy.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function check(
  fleet: Fleet,
  ledger: Ledger,
  dataDir: string,
  plan: ReplayPlan,
  say: (line: string) => void,
) {
  const pool = await openPool(fleet.authority.databaseUrl);
  try {
    const sales = await checkSales(ledger, bookedLines(pool));
    const pools = await checkPools(ledger, await bookedPools(pool));
    const journals = await compareJournals(
      pool,
      dataDir,
      plan.shape.replicas.map(({ id }) => id),
    );
    for (const line of [...sales.findings, ...pools.findings, ...journals.slice(0, 20)]) say(`  ! ${line}`);
    return {
      sales: { ...sales, doubledSales: sales.doubledSales + (await doubledDocuments(pool)) },
      oversold: await oversoldInBooks(pool),
      isEqual: pools.poolsApart === 0 && journals.length === 0,
    };
  } finally {
    await pool.end();
  }
}

function fleetPlan(
  plan: ReplayPlan,
  dataDir: string,
  proxy: FaultProxy,
  proxyPort: number,
  ports: readonly number[],
): FleetPlan {
  const { shape } = plan;
  const settingsOf = (kind: string) => {
    const policy = kind === 'store' ? SHOP_POLICY : POLICY;
    return { ...SETTINGS, policy } as unknown as Partial<AgentSettings>;
  };
  const isPlace = (kind: string) => kind === 'store' || kind === 'warehouse';
  return {
    dataDir,
    authorityPort: ports[shape.replicas.length] as number,
    postgresPort: ports[shape.replicas.length + 1] as number,
    authorityArgs: ['--policy', JSON.stringify(POLICY), '--gather-ms', String(SETTINGS.link.gatherMs)],
    logLevel: 'warn',
    replicas: shape.replicas.map(({ id, kind, parent, runsIn }, i) => ({
      id,
      kind,
      parent,
      location: isPlace(kind) ? id : kind === 'terminal' ? parent : null,
      port: ports[i] as number,
      settings: settingsOf(kind),
      ...(runsIn === undefined ? {} : { runsIn }),
    })),
    catalogue: catalogueOf(plan),
    linkUrl: (child, _parent, parentPort) => {
      proxy.route(child, parentPort);
      return `ws://127.0.0.1:${proxyPort}/link/${child}`;
    },
  };
}

function catalogueOf(plan: ReplayPlan): CatalogueEntry[] {
  const locations = plan.shape.locations.map(({ id, keeper }) => {
    const kind = plan.shape.stores.includes(id) ? 'store' : 'warehouse';
    const body = { id, name: id, kind, keeper, timeZone: 'Europe/London', currency: 'GBP' };
    return { kind: 'location', id, body } as const;
  });
  const products = plan.catalogue.map(({ sku, name, unitPriceMinor }) => {
    const body = {
      sku,
      names: { en: name.slice(0, 300) },
      baseUnit: 'piece',
      prices: { GBP: unitPriceMinor },
      taxRateBp: 2000,
      taxIncluded: true,
    };
    return { kind: 'product', id: sku, body } as const;
  });
  return [...locations, ...products];
}
