/**
 * Feed: hands the catalogue to children, a bounded piece at a time, each asked for by
 * the confirmation of the one before. What is lost is sent again.
 */
import type { ReplicaId } from '@tallystick/crdt';
import {
  type Catalogue as CatalogueFrame,
  type CatalogueItem,
  ITEM_BODY_BYTES_MAX,
} from '@tallystick/crdt/wire';

/** Items of one frame: at up to a few hundred bytes each, far below the frame limit. */
const ITEMS_PER_FRAME = 1_000;
const BYTES_PER_FRAME = 1024 * 1024;

interface ChildCopy {
  seen: number;
  sentTo: number;
  sentAtMs: number;
  isTold: boolean;
}

export interface FeedPorts {
  version(): number;
  since(version: number, limit: number): CatalogueItem[] | Promise<CatalogueItem[]>;
  send(to: ReplicaId, frame: CatalogueFrame): void;
  /** An item as a child gets it; what it may not have is left out, and its copy counts on. */
  forChild(child: ReplicaId, item: CatalogueItem): CatalogueItem | undefined;
}

export class CatalogueFeed {
  readonly #ports: FeedPorts;
  readonly #resendMs: number;
  readonly #children = new Map<ReplicaId, ChildCopy>();

  constructor(ports: FeedPorts, resendMs: number) {
    this.#ports = ports;
    this.#resendMs = resendMs;
  }

  opened(child: ReplicaId, version: number): void {
    this.#children.set(child, { seen: version, sentTo: version, sentAtMs: 0, isTold: false });
  }

  closed(child: ReplicaId): void {
    this.#children.delete(child);
  }

  seen(child: ReplicaId, version: number): void {
    const copy = this.#children.get(child);
    if (copy === undefined) return;
    copy.seen = Math.max(copy.seen, Math.min(version, copy.sentTo));
  }

  /** Sends what is due. Called when something changed and now and then. */
  async evaluate(nowMs: number): Promise<void> {
    for (const [child, copy] of this.#children) {
      const isUnderWay = copy.sentTo > copy.seen && nowMs - copy.sentAtMs < this.#resendMs;
      const isComplete = copy.seen >= this.#ports.version() && copy.isTold;
      if (isUnderWay || isComplete) continue;
      copy.sentAtMs = nowMs;
      const from = copy.seen;
      const upTo = this.#ports.version();
      const found = await this.#ports.since(from, ITEMS_PER_FRAME);
      const items = bounded(found);
      const isAll = items.length === found.length && found.length < ITEMS_PER_FRAME;
      // The newest versions may be of items that are not for this copy: it counts on, and so do those below it.
      const to = Math.max(items.at(-1)?.version ?? from, isAll ? upTo : 0);
      copy.sentTo = to;
      copy.isTold = to >= this.#ports.version();
      const own = items.flatMap((item) =>
        isReadable(item) ? (this.#ports.forChild(child, item) ?? []) : [],
      );
      this.#ports.send(child, { kind: 'catalogue', from, to, items: own });
    }
  }
}

/** One that a child could not read would hold up all that come after it, and the link with them. */
function isReadable({ body }: CatalogueItem): boolean {
  return body === null || Buffer.byteLength(body) <= ITEM_BODY_BYTES_MAX;
}

function bounded(items: readonly CatalogueItem[]): CatalogueItem[] {
  const kept: CatalogueItem[] = [];
  let bytes = 0;
  for (const item of items) {
    bytes += (item.body?.length ?? 0) + item.id.length + 32;
    if (kept.length > 0 && bytes > BYTES_PER_FRAME) break;
    kept.push(item);
  }
  return kept;
}
