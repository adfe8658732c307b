/** The result of a replay: one object for machines (`--json`), and words for the owner of the shops. */
import type { Ledger } from './ledger.ts';
import type { SalesCheck } from './ledger-check.ts';

export interface ReplayReport {
  readonly invoices: number;
  /** Sale lines that were asked for and answered. */
  readonly lines: number;
  readonly unitsAsked: number;
  readonly unitsSold: number;
  readonly unitsRefused: number;
  /** Lines refused while enough free units stood elsewhere. */
  readonly falseRefusals: number;
  /** Of the sold lines, those decided inside the shop: 0 to 1. */
  readonly localShare: number;
  /** The same, of lines sold from pools that several replicas sell from. */
  readonly localShareContended: number;
  readonly messagesPerSale: number;
  /** Units left on a shelf although somebody had been refused them. */
  readonly strandedUnits: number;
  readonly kills: number;
  /** Processes that ended although nobody killed them. */
  readonly crashes: number;
  readonly cuts: number;
  readonly oversold: number;
  readonly lostSales: number;
  readonly doubledSales: number;
  /** Lines in the books that no customer was given. */
  readonly unknownSales: number;
  readonly booksEqualJournals: boolean;
  readonly linesPerSecond: number;
  readonly settleMs: number;
  readonly malformedRows: number;
  readonly returns: number;
  readonly unmatchedReturns: number;
  readonly shrinkage: number;
  /** Units handed over that a write-off had already taken: missing goods, not an oversell. */
  readonly shortageUnits: number;
}

/** What only the one who ran the fleet can know. */
export interface RunFigures {
  readonly invoices: number;
  readonly malformedRows: number;
  readonly localLines: number;
  readonly localLinesContended: number;
  readonly soldLinesContended: number;
  /** Frames that crossed any link, both ways. */
  readonly messages: number;
  readonly kills: number;
  readonly crashes: number;
  readonly cuts: number;
  /** The same question put to the books in SQL: the larger answer of the two is reported. */
  readonly oversoldInBooks: number;
  readonly booksEqualJournals: boolean;
  readonly sellingMs: number;
  readonly settleMs: number;
}

export function createReport(ledger: Ledger, sales: SalesCheck, run: RunFigures): ReplayReport {
  const totals = ledger.totals();
  return {
    invoices: run.invoices,
    lines: totals.lines,
    unitsAsked: totals.unitsAsked,
    unitsSold: totals.unitsSold,
    unitsRefused: totals.unitsRefused,
    falseRefusals: totals.falseRefusals,
    localShare: ratio(run.localLines, totals.linesSold),
    localShareContended: ratio(run.localLinesContended, run.soldLinesContended),
    messagesPerSale: ratio(run.messages, totals.sales),
    strandedUnits: totals.strandedUnits,
    kills: run.kills,
    crashes: run.crashes,
    cuts: run.cuts,
    oversold: Math.max(totals.oversold, run.oversoldInBooks),
    lostSales: sales.lostSales,
    doubledSales: sales.doubledSales,
    unknownSales: sales.unknownSales,
    booksEqualJournals: run.booksEqualJournals,
    linesPerSecond: Math.round(ratio(totals.lines * 1_000, run.sellingMs)),
    settleMs: Math.round(run.settleMs),
    malformedRows: run.malformedRows,
    returns: totals.returns,
    unmatchedReturns: totals.unmatchedReturns,
    shrinkage: totals.shrinkage,
    shortageUnits: totals.shortageUnits,
  };
}

/** What must hold whatever the network did. A run that breaks one of these has failed. */
export function brokenPromises(report: ReplayReport): string[] {
  const broken: string[] = [];
  const promise = (isKept: boolean, words: string) => isKept || broken.push(words);
  promise(report.oversold === 0, `${whole(report.oversold)} units were sold that were never there`);
  promise(report.lostSales === 0, `${whole(report.lostSales)} sold lines are missing from the books`);
  promise(report.doubledSales === 0, `${whole(report.doubledSales)} lines are in the books twice`);
  promise(report.unknownSales === 0, `${whole(report.unknownSales)} lines in the books were never sold`);
  promise(report.crashes === 0, `${whole(report.crashes)} times a program ended although nobody killed it`);
  promise(report.booksEqualJournals, 'the books and the journals of the shops differ');
  return broken;
}

type Figure = readonly [figure: string, value: string, meaning: string];

export function formatReport(report: ReplayReport): string {
  const broken = brokenPromises(report);
  return [
    'What was asked and sold',
    ...table([
      ['Invoices', whole(report.invoices), 'as the file has them, each with one or more lines'],
      ['Lines', whole(report.lines), 'one article on one invoice that a customer wanted'],
      ['Units asked for', whole(report.unitsAsked), 'pieces in all those lines'],
      [
        'Units sold',
        `${whole(report.unitsSold)}`,
        `${percent(ratio(report.unitsSold, report.unitsAsked))} of what was asked for`,
      ],
      ['Units refused', whole(report.unitsRefused), 'not enough in stock where the customer asked'],
      [
        'Wrongly refused',
        whole(report.falseRefusals),
        'lines refused although enough pieces stood somewhere',
      ],
      ['Left over', whole(report.strandedUnits), 'pieces still on a shelf that somebody had been refused'],
      [
        'Goods brought back',
        whole(report.returns),
        `lines; another ${whole(report.unmatchedReturns)} had no purchase to go with`,
      ],
      ['Write-offs', whole(report.shrinkage), 'times that goods were broken, lost or given away'],
      ['Missing goods', whole(report.shortageUnits), 'pieces sold that a write-off had already taken'],
      ['Rows not understood', whole(report.malformedRows), 'rows of the file that were skipped'],
    ]),
    '',
    'How the shops worked',
    ...table([
      ['Decided in the shop', percent(report.localShare), 'sold lines for which no shop had to ask anybody'],
      [
        '  of shared goods',
        percent(report.localShareContended),
        'the same, for goods that several shops sell at once',
      ],
      ['Messages a sale', report.messagesPerSale.toFixed(2), 'sent over the network for each sale, all told'],
      ['Connections cut', whole(report.cuts), 'times a shop lost its connection and went on selling'],
      ['Computers killed', whole(report.kills), 'times a till, shop or server lost power in mid-work'],
      [
        'Programs that fell over',
        whole(report.crashes),
        'by themselves, with nobody killing them: must be 0',
      ],
      ['Speed', `${whole(report.linesPerSecond)}/s`, 'lines asked and answered each second'],
      [
        'Time to agree',
        `${(report.settleMs / 1_000).toFixed(1)} s`,
        'from the last sale until the books had everything',
      ],
    ]),
    '',
    'What must never happen',
    ...table([
      ['Sold but not there', whole(report.oversold), 'pieces sold that no shelf ever had: must be 0'],
      ['Sales lost', whole(report.lostSales), 'lines a customer got that the books do not have: must be 0'],
      ['Sales doubled', whole(report.doubledSales), 'lines that the books have twice: must be 0'],
      ['Sales from nowhere', whole(report.unknownSales), 'lines in the books that nobody bought: must be 0'],
      [
        'Books agree',
        report.booksEqualJournals ? 'yes' : 'NO',
        'the books say the same as every shop: must be yes',
      ],
    ]),
    '',
    broken.length === 0 ? 'All promises were kept.' : `PROMISES WERE BROKEN: ${broken.join('; ')}.`,
    '',
  ].join('\n');
}

function table(figures: readonly Figure[]): string[] {
  const wide = (column: 0 | 1) => Math.max(...figures.map((figure) => figure[column].length));
  const [names, values] = [wide(0), wide(1)];
  return figures.map(
    ([name, value, meaning]) => `  ${name.padEnd(names)}  ${value.padStart(values)}  ${meaning}`,
  );
}

function ratio(part: number, of: number): number {
  return of === 0 ? 0 : part / of;
}

function percent(share: number): string {
  // Rounded down, so that 100 % is only said when it is all of them.
  return `${(Math.floor(share * 1_000) / 10).toFixed(1)} %`;
}

/** Thousands parted by commas whatever the machine's language, so that two reports compare. */
function whole(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
}
