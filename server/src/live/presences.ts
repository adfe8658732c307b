/** Presences: what the clients of one cart show of themselves now. In memory alone, and gone with them. */
import type { Presence } from './frames.ts';

/** Of one cart. More are a crowd that nobody could look at. */
const CLIENTS_MAX = 256;
/** What all of them show together: each of a region's twenty thousand connections may be at a cart of its own. */
const CHARS_MAX = 65_536;
/** Under which the region shows what it knows; Yjs draws its own ids from four billion. */
const REGION_PRESENCE = 0;

interface Said extends Presence {
  readonly by: object;
}

interface Known extends Said {
  /** What another connection says of this client, which counts when this one is gone: a phone comes back before its old line is known to be dead. */
  readonly next?: Said;
}

export class Presences {
  readonly #known = new Map<number, Known>();
  #chars = 0;
  #region: Presence | undefined;
  /** Later than any clock of a process before this one, for clients that heard that. */
  #clock = Date.now();

  /**
   * Only the connection that showed a client speaks for it, as long as that is there. A stock client repeats what it hears of others,
   * and says that they left when it lost sight of them.
   * @returns what is news; the rest was known or is older than what is known, or is somebody else's to say
   */
  take(presences: readonly Presence[], by: object): Presence[] {
    return presences.filter((presence) => {
      if (presence.client === REGION_PRESENCE) return false;
      const known = this.#known.get(presence.client);
      const isLeaving = presence.state === 'null';
      if (known === undefined && (isLeaving || this.#known.size >= CLIENTS_MAX)) return false;
      if (known !== undefined && known.by !== by) {
        this.#standsBy(known, presence, by);
        return false;
      }
      if (known !== undefined) {
        if (presence.clock < known.clock) return false;
        if (presence.clock === known.clock && !isLeaving) return false;
      }
      if (!this.#hasRoom(presence, known)) return false;
      this.#forget(known);
      if (!isLeaving) this.#know({ ...presence, by });
      return true;
    });
  }

  #standsBy(known: Known, presence: Presence, by: object): void {
    const { next, ...shown } = known;
    if (presence.state === 'null') {
      if (next?.by === by) this.#replace(known, shown);
    } else if (
      (next ?? { by }).by === by &&
      presence.clock > (next ?? known).clock &&
      this.#hasRoom(presence, next)
    ) {
      this.#replace(known, { ...shown, next: { ...presence, by } });
    }
  }

  #hasRoom(presence: Presence, before: Presence | undefined): boolean {
    const more = presence.state.length - (before?.state.length ?? 0);
    return more <= 0 || this.#chars + more <= CHARS_MAX;
  }

  #replace(known: Known, by: Known): void {
    this.#forget(known);
    this.#know(by);
  }

  #know(known: Known): void {
    this.#known.set(known.client, known);
    this.#chars += charsOf(known);
  }

  #forget(known: Known | undefined): void {
    if (known === undefined) return;
    this.#known.delete(known.client);
    this.#chars -= charsOf(known);
  }

  /** @returns what to tell; undefined where it is what was said before */
  regionShows(state: string): Presence | undefined {
    if (this.#region?.state === state) return undefined;
    return this.#regionSays(state);
  }

  /** The same once more, or nothing: clients forget who says nothing for half a minute. */
  again(): Presence[] {
    return this.#region === undefined ? [] : [this.#regionSays(this.#region.state)];
  }

  #regionSays(state: string): Presence {
    this.#clock += 1;
    this.#region = { client: REGION_PRESENCE, clock: this.#clock, state };
    return this.#region;
  }

  all(): Presence[] {
    return [...this.#known.values(), ...(this.#region === undefined ? [] : [this.#region])];
  }

  /** A connection is gone, and with it whoever it showed and nobody else does. @returns what to tell the others */
  leave(by: object): Presence[] {
    const news: Presence[] = [];
    for (const known of [...this.#known.values()]) {
      const { next, ...shown } = known;
      if (known.by === by) {
        this.#forget(known);
        if (next !== undefined) this.#know(next);
        news.push(next ?? { client: known.client, clock: known.clock + 1, state: 'null' });
      } else if (next?.by === by) this.#replace(known, shown);
    }
    return news;
  }
}

function charsOf({ state, next }: Known): number {
  return state.length + (next?.state.length ?? 0);
}
