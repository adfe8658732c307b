/** What a run says at its end: one table for people, one object for machines. */
export interface ChaosReport {
  readonly minutes: number;
  readonly seed: number;
  readonly sales: number;
  readonly acked: number;
  readonly refused: number;
  /** Asked, and never answered before the run ended. */
  readonly unknown: number;
  readonly units: number;
  /** Requests that had to be made again under the same id. */
  readonly retries: number;
  readonly cancelled: number;
  readonly returned: number;
  readonly kills: Readonly<Record<string, number>>;
  readonly stops: number;
  readonly cuts: number;
  readonly frames: number;
  readonly framesLost: number;
  readonly framesDoubled: number;
  readonly framesDelayed: number;
  readonly restores: number;
  readonly fullDisks: number;
  /** How a disk was made full on this machine. */
  readonly fullDiskWay: string;
  readonly crashes: number;
  readonly settleSeconds: number;
  /** That each follower of the feed read, and how often one of them came back. */
  readonly events: number;
  readonly visits: number;
  readonly lost: number;
  readonly doubled: number;
  readonly oversold: number;
  readonly bank: boolean;
  readonly converged: boolean;
  /** What did not happen, and why: nothing was proved about it. */
  readonly leftOut: readonly string[];
  readonly violations: readonly string[];
}

export function killsOf(report: Pick<ChaosReport, 'kills'>): number {
  return Object.values(report.kills).reduce((sum, n) => sum + n, 0);
}

export function formatReport(report: ChaosReport): string {
  const kinds = Object.entries(report.kills).map(([kind, n]) => `${n} ${kind}`);
  const rows: [string, string][] = [
    ['seed', String(report.seed)],
    ['minutes', String(report.minutes)],
    [
      'sales asked',
      `${report.sales}: ${report.acked} acked, ${report.refused} refused, ${report.unknown} unknown`,
    ],
    ['units sold', `${report.units}; ${report.cancelled} orders cancelled, ${report.returned} brought back`],
    ['asked again', String(report.retries)],
    ['kill -9', `${killsOf(report)}: ${kinds.join(', ')}`],
    ['SIGSTOP', String(report.stops)],
    ['cuts', String(report.cuts)],
    [
      'frames',
      `${report.frames}: ${report.framesLost} lost, ${report.framesDoubled} doubled, ${report.framesDelayed} late`,
    ],
    ['databases put back', String(report.restores)],
    ['full disks', `${report.fullDisks} (${report.fullDiskWay})`],
    ['ended by itself', String(report.crashes)],
    ['settled after', `${report.settleSeconds} s`],
    ['events followed', `${report.events} at each region, in ${report.visits} visits`],
    ['lost', String(report.lost)],
    ['doubled', String(report.doubled)],
    ['oversold', String(report.oversold)],
    ['bank', report.bank ? 'every pool agrees' : 'BROKEN'],
    ['convergence', report.converged ? 'journals and books are the same' : 'BROKEN'],
  ];
  const lines = rows.map(([name, value]) => `${name.padEnd(20)}${value}`);
  for (const story of report.leftOut) lines.push(`left out: ${story}`);
  for (const story of report.violations) lines.push(`VIOLATION: ${story}`);
  lines.push(
    report.violations.length === 0 ? 'Nothing lost, doubled or oversold.' : `Again: --seed ${report.seed}`,
  );
  return `${lines.join('\n')}\n`;
}
