/** Shows how far a replay is: one line that is redrawn on a terminal, a line every tenth elsewhere. */

export interface ProgressNow {
  /** Rows of all kinds that are done. */
  readonly lines: number;
  /** The trading date, in milliseconds. */
  readonly at: number;
  readonly unitsSold: number;
  readonly unitsRefused: number;
}

export interface ProgressOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface Progress {
  /** Cheap to call for every step. */
  update(now: ProgressNow): void;
  /** Ends the line, so that what is printed next stands alone. */
  done(): void;
}

/** Five times a second looks alive and costs nothing. */
const REDRAW_MS = 200;
const BAR_CELLS = 24;
const TENTHS = 10;
const COLUMNS_USUAL = 120;

export function createProgress(
  output: ProgressOutput,
  lineCount: number,
  nowMs: () => number = () => performance.now(),
): Progress {
  const startedMs = nowMs();
  let drawnMs = Number.NEGATIVE_INFINITY;
  let tenth = 0;
  let last: ProgressNow | undefined;
  const text = (now: ProgressNow) => progressText(now, lineCount, nowMs() - startedMs);
  const draw = (now: ProgressNow) =>
    output.write(`\r${text(now).slice(0, (output.columns ?? COLUMNS_USUAL) - 1)}\x1b[K`);
  return {
    update(now) {
      // Replicas work side by side: what ends late must not turn the date back.
      last = { ...now, at: Math.max(now.at, last?.at ?? now.at) };
      if (output.isTTY) {
        if (nowMs() - drawnMs < REDRAW_MS) return;
        drawnMs = nowMs();
        draw(last);
        return;
      }
      const reached = Math.floor(share(now, lineCount) * TENTHS);
      if (reached <= tenth) return;
      tenth = reached;
      output.write(`${text(last)}\n`);
    },
    done() {
      if (!output.isTTY || last === undefined) return;
      draw(last);
      output.write('\n');
    },
  };
}

function progressText(now: ProgressNow, lineCount: number, elapsedMs: number): string {
  const done = share(now, lineCount);
  const filled = Math.round(done * BAR_CELLS);
  const perMs = elapsedMs > 0 ? now.lines / elapsedMs : 0;
  const leftMs = perMs > 0 ? (lineCount - now.lines) / perMs : 0;
  return [
    `[${'#'.repeat(filled)}${'.'.repeat(BAR_CELLS - filled)}] ${String(Math.floor(done * 100)).padStart(3)} %`,
    new Date(now.at).toISOString().slice(0, 10),
    `${Math.round(perMs * 1_000)} lines/s`,
    `sold ${now.unitsSold}`,
    `refused ${now.unitsRefused}`,
    done < 1 ? `${minutes(leftMs)} left` : `took ${minutes(elapsedMs)}`,
  ].join('  ');
}

function share(now: ProgressNow, lineCount: number): number {
  return lineCount === 0 ? 1 : Math.min(1, now.lines / lineCount);
}

function minutes(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
