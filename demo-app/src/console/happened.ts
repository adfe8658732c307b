/** What changed in the fleet between two looks, in words. */
import { durationText } from '../ui/words.ts';
import type { Fleet, Replica } from './fleet.tsx';

export interface Happened {
  readonly key: string;
  readonly atMs: number;
  readonly text: string;
  readonly tone: 'good' | 'bad' | '';
}

const GAP_MS = 8_000;

type Line = Pick<Happened, 'text' | 'tone'>;

/** @param before undefined at the first look, which tells nothing */
export function happenedBetween(before: Fleet | undefined, now: Fleet): Happened[] {
  if (before === undefined || before.at === now.at) return [];
  const known = new Map(before.items.map((replica) => [replica.id, replica]));
  const lines = now.items.flatMap((replica) => changesOf(known.get(replica.id), replica));
  const left = new Set(now.items.map(({ id }) => id));
  for (const { id } of before.items)
    if (!left.has(id)) lines.push({ text: `${id} was shut out for good.`, tone: 'bad' });
  // Only while all can be asked is it known that nobody has anything left to tell.
  if (untold(before) !== 0 && untold(now) === 0)
    lines.push({ text: 'All that was sold anywhere stands in the books.', tone: 'good' });
  const atMs = Date.parse(now.at);
  const gapMs = atMs - Date.parse(before.at);
  if (gapMs > GAP_MS)
    lines.unshift({ text: `This page could not ask the books for ${durationText(gapMs)}.`, tone: '' });
  return lines.map((line, i) => ({ key: `${now.at} ${i}`, atMs, ...line }));
}

function changesOf(before: Replica | undefined, now: Replica): Line[] {
  const { id } = now;
  if (before === undefined) return [{ text: `${id} was added.`, tone: '' }];
  const lines: Line[] = [];
  if (now.lives > before.lives && before.lives > 0)
    lines.push({
      text: `${id} found that its database is older than what others know of it. It sells no more as who it was: that life is shut out, and it goes on as life ${now.lives}.`,
      tone: 'bad',
    });
  if (before.link === 'up' && now.link === 'down')
    lines.push({ text: `${id} is away. What it sells meanwhile it tells later.`, tone: 'bad' });
  if (before.link !== 'up' && now.link === 'up')
    lines.push({ text: `${id} is connected again.`, tone: 'good' });
  const isAnew =
    now.sales !== null &&
    before.sales !== null &&
    now.sales.sold + now.sales.refused < before.sales.sold + before.sales.refused;
  if (isAnew && before.link === 'up' && now.link === 'up')
    lines.push({ text: `${id} was started anew, with all that it had sold.`, tone: '' });
  return lines;
}

/** Entries that are not in the books, of those who can be asked. */
const untold = ({ items }: Fleet) => items.reduce((sum, { lag }) => sum + (lag?.unsettledEntries ?? 0), 0);
