import { expect, test } from 'vitest';
import { settingsSchema } from './config.ts';

test('[L5] a stream frame is never made larger than what a parent takes', () => {
  const takes = (streamBytesTarget: number) =>
    settingsSchema.safeParse({ link: { streamBytesTarget } }).success;
  expect([1_024, 4_194_304, 4_194_305].map(takes)).toEqual([true, true, false]);
});
