/** A browser with a cookie jar for each origin. */
export class Browser {
  readonly #region: string;
  readonly jars = new Map<string, Map<string, string>>();
  readonly seen: string[] = [];

  constructor(region: string) {
    this.#region = region;
  }

  async go(url: string, init: RequestInit = {}): Promise<Response> {
    const { origin } = new URL(url);
    const jar = this.jars.get(origin) ?? new Map<string, string>();
    this.jars.set(origin, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...init.headers, ...(cookie === '' ? {} : { cookie }) };
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    this.seen.push(url);
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...flags] = line.split('; ');
      const at = pair.indexOf('=');
      if (flags.some((flag) => /^max-age=0|^expires=Thu, 01 Jan 1970/i.test(flag)))
        jar.delete(pair.slice(0, at));
      else jar.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return response;
  }

  /** Follows redirects, and fills in what the provider asks, until the region answers with something else. */
  async signIn(
    name: string,
    at = `${this.#region}/auth/login?next=/docs`,
    stopBefore?: RegExp,
    password = 'any',
  ): Promise<string> {
    let response = await this.go(at);
    for (let hops = 0; hops < 20; hops += 1) {
      const location = response.headers.get('location');
      const from = this.seen.at(-1) as string;
      if (location !== null) {
        const to = new URL(location, from).href;
        if (stopBefore?.test(to)) return to;
        response = await this.go(to);
      } else if (from.includes('/interaction/')) {
        const page = await response.text();
        if (response.status !== 200) return `${response.status} /interaction`;
        const action = /action="([^"]+)"/.exec(page)?.[1] ?? from;
        const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1] ?? '';
        const body = new URLSearchParams({ prompt, login: name, name, password });
        response = await this.go(new URL(action, from).href, { method: 'POST', body });
      } else return `${response.status} ${new URL(from).pathname}`;
    }
    throw new Error('redirected for ever');
  }
}
