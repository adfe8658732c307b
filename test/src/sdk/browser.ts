/** A real Chromium from the npm registry, with a profile that outlives it, and a server for a page. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sparticuz from '@sparticuz/chromium';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import type { Part } from './bundle.ts';

/** How it is started here. */
export async function chromiumHere() {
  sparticuz.setGraphicsMode = false;
  return {
    executablePath: await sparticuz.executablePath(),
    // Tests may run as root, in a container with little shared memory.
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
    timeout: 120_000,
  };
}

/** What the machine says of its language may be none that a browser knows. */
export const DEVICE = { locale: 'en-GB' };

export class Browser {
  readonly #profile = mkdtempSync(join(tmpdir(), 'tallystick-browser-'));
  #context: BrowserContext | undefined;

  /** On the profile that it had. @returns why there can be no browser on this machine; undefined where there is one */
  async start(): Promise<string | undefined> {
    try {
      this.#context = await chromium.launchPersistentContext(this.#profile, {
        ...(await chromiumHere()),
        ...DEVICE,
      });
      return undefined;
    } catch (error) {
      return `Chromium does not start here: ${String(error).split('\n')[0]}`;
    }
  }

  async open(url: string): Promise<Page> {
    if (this.#context === undefined) throw new Error('The browser was not started.');
    const page = await this.#context.newPage();
    await page.goto(url);
    return page;
  }

  /** Its processes end as in a power cut that spares the disk: no page, and no storage, has a last word. */
  async kill(): Promise<void> {
    const closed = new Promise((resolve) => this.#context?.once('close', resolve));
    process.kill(this.#processId(), 'SIGKILL');
    await closed;
  }

  /** The one that the others of this browser, each of a type, were started by. */
  #processId(): number {
    const found = readdirSync('/proc').find((pid) => {
      if (!/^\d+$/.test(pid)) return false;
      try {
        const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return (
          args.includes(`--user-data-dir=${this.#profile}`) && !args.some((arg) => arg.startsWith('--type='))
        );
      } catch {
        return false;
      }
    });
    if (found === undefined) throw new Error('The browser has no process any more.');
    return Number(found);
  }

  /** How much an origin may store, in bytes; `undefined` for as much as the disk takes. */
  async allow(page: Page, origin: string, bytes: number | undefined): Promise<void> {
    const session = await page.context().newCDPSession(page);
    await session.send('Storage.overrideQuotaForOrigin', {
      origin,
      ...(bytes === undefined ? {} : { quotaSize: bytes }),
    });
    // The order ends with its session.
    if (bytes === undefined) await session.detach();
  }

  /** As a browser does where the disk is full, or a person in its settings. */
  async clear(page: Page, origin: string): Promise<void> {
    const session = await page.context().newCDPSession(page);
    await session.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' });
  }

  /** Closes it as a person does; its profile stays. */
  async close(): Promise<void> {
    await this.#context?.close();
  }

  /** Another one, with a copy of the profile of this one, which must be closed. */
  copy(): Browser {
    const copy = new Browser();
    cpSync(this.#profile, copy.#profile, { recursive: true, verbatimSymlinks: true });
    return copy;
  }

  async stop(): Promise<void> {
    await this.#context?.close();
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

export interface PageServer {
  readonly origin: string;
  stop(): Promise<void>;
}

/** As strict as a page of a bank has it: nothing is made into code, and nothing is loaded but the bundle. */
const STRICT =
  "default-src 'none'; script-src 'self'; connect-src http: ws:; require-trusted-types-for 'script'";

/** Serves one page and the parts of its bundle. */
export async function servePage(): Promise<PageServer & { fill(parts: readonly Part[]): void }> {
  let files = new Map<string, string>();
  const server = http.createServer(({ url = '/' }, response) => {
    const script = files.get(url);
    if (url === '/') {
      response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': STRICT });
      response.end('<!doctype html><body></body><script type="module" src="/stdin.js"></script>');
    } else {
      response.writeHead(script === undefined ? 404 : 200, { 'content-type': 'text/javascript' });
      response.end(script);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    fill: (parts) => {
      files = new Map(parts.map(({ name, text }) => [name, text]));
    },
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
