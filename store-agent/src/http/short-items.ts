/** Short items: what a refusal says is left, with what others may have: a region may sell less than there is. */
import type { Answer, PoolId, ShortItem } from '@tallystick/crdt';

/**
 * A request for more than all regions have is refused without moving units about for it, so that nothing may be here
 * while much is there. A hint that says there is enough was overtaken, and counts for nothing.
 * @param hintOf what is available of a pool as last heard; undefined where nothing was
 */
export function withHints(answer: Answer, hintOf: (pool: PoolId) => number | undefined): Answer {
  if (answer.ok || answer.items === undefined) return answer;
  const items = answer.items.map((item) => raised(item, hintOf(item.pool)));
  const [first] = items;
  if (first === undefined || first === answer.items[0]) return { ...answer, items };
  const more = items.length > 1 ? ` and ${items.length - 1} more` : '';
  return {
    ...answer,
    message: `${first.requested} of ${first.sku} asked, ${first.available} are left${more}.`,
    items,
  };
}

function raised(item: ShortItem, hint: number | undefined): ShortItem {
  if (hint === undefined || hint <= item.available || hint >= item.requested) return item;
  return { ...item, available: hint, reason: 'too_few_left' };
}
