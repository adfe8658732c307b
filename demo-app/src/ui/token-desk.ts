/**
 * Where a page's token comes from: the lab of `npm start`, which asks nobody; else the session of somebody who signed
 * in at the region's provider; else a token that they were given and paste.
 */
export type Screen = 'shop' | 'till' | 'console';

const KEPT = 'tallystick-token';

export class TokenDesk {
  readonly #screen: Screen;
  #token: string | undefined;
  #way: 'lab' | 'session' | 'pasted' | undefined;

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  /** Whether this region was started by `npm start`, with its lab. */
  get hasLab(): boolean {
    return this.#way === 'lab';
  }

  /** @returns false where somebody has to do something */
  async signIn(): Promise<boolean> {
    if (await this.#askLab()) return true;
    const pasted = sessionStorage.getItem(KEPT);
    if (pasted !== null) {
      this.#token = pasted;
      this.#way = 'pasted';
      return true;
    }
    // With a session's cookie, or in a network whose region asks nobody.
    const look = await fetch('/v1/products?limit=1').catch(() => undefined);
    if (look?.ok !== true) return false;
    this.#way = 'session';
    return true;
  }

  keep(token: string): void {
    sessionStorage.setItem(KEPT, token);
    location.reload();
  }

  /** For the client: undefined where the browser's own cookie does it. */
  get auth(): ((isRefused: boolean) => Promise<string>) | undefined {
    if (this.#way === 'session') return undefined;
    return async (isRefused) => {
      if (isRefused && this.#way === 'pasted') {
        sessionStorage.removeItem(KEPT);
        location.reload();
      }
      if (isRefused || this.#token === undefined) await this.#askLab();
      return this.#token ?? 'none';
    };
  }

  async #askLab(): Promise<boolean> {
    const answer = await fetch('/lab/sign-in', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ screen: this.#screen }),
    }).catch(() => undefined);
    if (answer?.ok !== true) return false;
    const { token } = (await answer.json()) as { token: string };
    this.#token = token;
    this.#way = 'lab';
    return true;
  }
}
