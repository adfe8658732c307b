/** Presences: what the clients of one cart show of themselves now. In memory alone, and gone with them. */
import type { Presence } from './frames.ts';

/** Of one cart. More are a crowd that nobody could look at. */
const CLIENTS_MAX = 256;

interface Known extends Presence {
  /** The connection that said so last. */
  readonly by: object;
}

export class Presences {
  readonly #known = new Map<number, Known>();

  /** @returns what is news; the rest was known or is older than what is known */
  take(presences: readonly Presence[], by: object): Presence[] {
    return presences.filter((presence) => {
      const known = this.#known.get(presence.client);
      const isLeaving = presence.state === 'null';
      if (known === undefined && (isLeaving || this.#known.size >= CLIENTS_MAX)) return false;
      if (known !== undefined) {
        if (presence.clock < known.clock) return false;
        if (presence.clock === known.clock && !isLeaving) return false;
      }
      if (isLeaving) this.#known.delete(presence.client);
      else this.#known.set(presence.client, { ...presence, by });
      return true;
    });
  }

  all(): Presence[] {
    return [...this.#known.values()];
  }

  /** A connection is gone, and with it whoever it showed. @returns what to tell the others */
  leave(by: object): Presence[] {
    const gone = this.all().filter((known) => (known as Known).by === by);
    for (const { client } of gone) this.#known.delete(client);
    return gone.map(({ client, clock }) => ({ client, clock: clock + 1, state: 'null' }));
  }
}
