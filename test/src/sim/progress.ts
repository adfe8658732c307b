/** Progress: one line on stderr that says how far a long run is, where a person looks at it. */
export interface Progress {
  step(isViolation: boolean): void;
  end(): void;
}

const EVERY_MS = 200;

export function createProgress(total: number | undefined): Progress {
  if (!process.stderr.isTTY) return { step: () => {}, end: () => {} };
  const beganMs = performance.now();
  let shownMs = beganMs;
  let done = 0;
  let violations = 0;
  return {
    step(isViolation) {
      done += 1;
      if (isViolation) violations += 1;
      const nowMs = performance.now();
      if (nowMs - shownMs < EVERY_MS) return;
      shownMs = nowMs;
      const rate = (done * 1_000) / (nowMs - beganMs);
      const of = total === undefined ? '' : ` of ${total}`;
      process.stderr.write(
        `\r\x1b[K${done}${of} seeds, ${rate.toFixed(1)} a second, ${violations} violations`,
      );
    },
    end() {
      process.stderr.write('\r\x1b[K');
    },
  };
}
