/** Presences: what the clients of one cart show of themselves now. In memory alone, and gone with them. */
import type { Presence } from './frames.ts';

/** Of one cart. More are a crowd that nobody could look at. */
const CLIENTS_MAX = 256;
/** What all of them show together: each of a region's twenty thousand connections may be at a cart of its own. */
const CHARS_MAX = 65_536;
/** Under which the region shows what it knows; Yjs draws its own ids from four billion. */
const REGION_PRESENCE = 0;

interface Known extends Presence {
  /** The connection that said so last. */
  readonly by: object;
}

export class Presences {
  readonly #known = new Map<number, Known>();
  #chars = 0;
  #region: Presence | undefined;
  /** Later than any clock of a process before this one, for clients that heard that. */
  #clock = Date.now();

  /** @returns what is news; the rest was known or is older than what is known, or is the region's to say */
  take(presences: readonly Presence[], by: object): Presence[] {
    return presences.filter((presence) => {
      if (presence.client === REGION_PRESENCE) return false;
      const known = this.#known.get(presence.client);
      const isLeaving = presence.state === 'null';
      if (known === undefined && (isLeaving || this.#known.size >= CLIENTS_MAX)) return false;
      if (known !== undefined) {
        if (presence.clock < known.clock) return false;
        if (presence.clock === known.clock && !isLeaving) return false;
      }
      const chars = (isLeaving ? 0 : presence.state.length) - (known?.state.length ?? 0);
      if (chars > 0 && this.#chars + chars > CHARS_MAX) return false;
      this.#chars += chars;
      if (isLeaving) this.#known.delete(presence.client);
      else this.#known.set(presence.client, { ...presence, by });
      return true;
    });
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

  /** A connection is gone, and with it whoever it showed. @returns what to tell the others */
  leave(by: object): Presence[] {
    const gone = [...this.#known.values()].filter((known) => known.by === by);
    for (const { client, state } of gone) {
      this.#known.delete(client);
      this.#chars -= state.length;
    }
    return gone.map(({ client, clock }) => ({ client, clock: clock + 1, state: 'null' }));
  }
}
