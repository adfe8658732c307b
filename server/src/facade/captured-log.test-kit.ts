/** What logs say during a test, at whatever level they are. */
import fs from 'node:fs';
import { onTestFinished } from 'vitest';

/** Whatever is written to stderr, by pino too, which goes past `process.stderr`. */
export function captureLog(): () => string {
  const real = fs.writeSync;
  let text = '';
  fs.writeSync = ((fd: number, data: unknown, ...more: never[]) => {
    if (fd !== 2) return (real as (...args: unknown[]) => number)(fd, data, ...more);
    text += String(data);
    return Buffer.byteLength(String(data));
  }) as typeof fs.writeSync;
  onTestFinished(() => {
    fs.writeSync = real;
  });
  return () => text;
}
