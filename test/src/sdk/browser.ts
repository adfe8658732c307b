/** A real Chromium from the npm registry, with a profile that outlives it, and a server for a page. */
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sparticuz from '@sparticuz/chromium';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import type { Part } from './bundle.ts';

export class Browser {
  readonly #profile = mkdtempSync(join(tmpdir(), 'tallystick-browser-'));
  #context: BrowserContext | undefined;

  /** @returns why there can be no browser on this machine; undefined where there is one */
  async start(): Promise<string | undefined> {
    try {
      sparticuz.setGraphicsMode = false;
      this.#context = await chromium.launchPersistentContext(this.#profile, {
        executablePath: await sparticuz.executablePath(),
        // Tests may run as root, in a container with little shared memory.
        args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
        // What the machine says of its language may be none that a browser knows.
        locale: 'en-GB',
        timeout: 120_000,
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

  async stop(): Promise<void> {
    await this.#context?.close();
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

export interface PageServer {
  readonly origin: string;
  stop(): Promise<void>;
}

/** Serves one page and the parts of its bundle. */
export async function servePage(): Promise<PageServer & { fill(parts: readonly Part[]): void }> {
  let files = new Map<string, string>();
  const server = http.createServer(({ url = '/' }, response) => {
    const script = files.get(url);
    if (url === '/') {
      response.writeHead(200, { 'content-type': 'text/html' });
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
