/** Operator: the authority's private door, as the CLI uses it. */
import { ConfigError } from '@tallystick/store-agent';

export interface NewReplica {
  readonly id: string;
  readonly kind: 'region' | 'store' | 'warehouse' | 'terminal' | 'channel';
  readonly parent: string;
  readonly location: string | null;
}

export interface CatalogueEntry {
  readonly kind: 'product' | 'location';
  readonly id: string;
  readonly body: unknown;
}

/** Items of one request: a 100,000-product catalogue is a hundred of these. */
const ITEMS_PER_REQUEST = 1_000;

export class Operator {
  readonly url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.url = url;
    this.#token = token;
  }

  /** @returns the one-time code with which the replica enrols. */
  async addReplica(replica: NewReplica): Promise<string> {
    const { code } = (await this.request('POST', '/v1/replicas', replica)) as { code: string };
    return code;
  }

  async putCatalogue(items: readonly CatalogueEntry[]): Promise<void> {
    for (let at = 0; at < items.length; at += ITEMS_PER_REQUEST) {
      await this.request('POST', '/v1/catalogue', { items: items.slice(at, at + ITEMS_PER_REQUEST) });
    }
  }

  /** @throws ConfigError with what the authority said. */
  async request(method: string, path: string, body?: unknown): Promise<unknown> {
    let response: Response;
    try {
      response = await fetch(new URL(path, this.url), {
        method,
        headers: {
          authorization: `Bearer ${this.#token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch {
      throw new ConfigError(
        `The authority at ${this.url} does not answer. Is it running? Start it with: npm start`,
      );
    }
    const json = (await response.json()) as { detail?: string };
    if (!response.ok) throw new ConfigError(json.detail ?? `The authority answered ${response.status}.`);
    return json;
  }
}
