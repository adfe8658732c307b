/** What is said to be left where a request is refused. */
import type { Answer, ShortItem } from '@tallystick/crdt';
import { expect, test } from 'vitest';
import { withHints } from './short-items.ts';

const refused = (available: number): Answer => ({
  ok: false,
  code: 'insufficient_stock',
  message: `50 of LAMP asked, ${available} can be sold here.`,
  items: [
    {
      pool: 'LAMP@depot',
      sku: 'LAMP',
      location: 'depot',
      requested: 50,
      available,
      reason: available === 0 ? 'none_left' : 'too_few_left',
    } as ShortItem,
  ],
});

test.each([
  ['what others have counts as well', 0, 40, 40, 'too_few_left', 'are left'],
  ['what is here is not made less', 45, 40, 45, 'too_few_left', 'can be sold here'],
  ['a hint that there is enough was overtaken', 0, 60, 0, 'none_left', 'can be sold here'],
  ['nothing was heard', 0, undefined, 0, 'none_left', 'can be sold here'],
])('%s', (_, here, hint, available, reason, words) => {
  expect(withHints(refused(here), () => hint)).toMatchObject({
    message: `50 of LAMP asked, ${available} ${words}.`,
    items: [{ requested: 50, available, reason }],
  });
});
