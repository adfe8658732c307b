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

/** The authority heard the request and said no. */
class Refused extends ConfigError {
  /** As in the problem's `code`; empty where it gave none. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** @returns undefined where what was asked for is there already; every other refusal goes on. */
export function unlessThere(error: unknown): undefined {
  if (error instanceof Refused && error.code === 'already_exists') return undefined;
  throw error;
}

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

  /** @throws Refused with what the authority said; ConfigError where it does not answer. */
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
    const json = (await response.json()) as Said;
    if (!response.ok) throw new Refused(json.code ?? '', whyOf(json, response.status));
    return json;
  }
}

interface Said {
  readonly code?: string;
  readonly detail?: string;
  /** What was wrong, place by place. */
  readonly errors?: readonly { readonly pointer: string; readonly message: string }[];
}

function whyOf({ detail, errors = [] }: Said, status: number): string {
  if (!errors.some(({ pointer }) => pointer !== '')) return detail ?? `The authority answered ${status}.`;
  const places = errors.map(({ pointer, message }) =>
    pointer === '' ? message : `${pointer.slice(1)}: ${message}`,
  );
  return places.join('\n');
}
