/** Where a page of orders ends, and the next one begins: by time and id, newest first. */
import { isDocumentId } from '@tallystick/crdt';
import { fromCursor, noSuchCursor } from '../page.ts';

export interface OrderPlace {
  readonly placedAtMs: number;
  readonly id: string;
}

export function placeIn({ placedAt, id }: { readonly placedAt: string; readonly id: string }): string {
  return `${Date.parse(placedAt)} ${id}`;
}

/** The order behind which a page begins. @throws Problem where no list gave out such a cursor */
export function placeOf(cursor: string | undefined): OrderPlace | undefined {
  const place = fromCursor(cursor);
  if (place === '') return undefined;
  const [at = '', id = ''] = place.split(' ');
  if (/^\d{1,16}$/.test(at) && isDocumentId(id)) return { placedAtMs: Number(at), id };
  throw noSuchCursor();
}
