/** A region as a process of its own, on a port that stays the same. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export class RegionProcess {
  readonly #folder: string;
  #child: ChildProcess | undefined;
  url = '';

  constructor(folder: string) {
    this.#folder = folder;
  }

  async start(): Promise<void> {
    const main = new URL('../cli/main.ts', import.meta.url).pathname;
    const port = this.url === '' ? '0' : new URL(this.url).port;
    const args = ['region', '--data', this.#folder, '--port', port, '--log', 'error', '--json'];
    const child = spawn(process.execPath, ['--conditions=tallystick-source', '--import=tsx', main, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child = child;
    const [line] = await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), 'line');
    this.url = (JSON.parse(line as string) as { url: string }).url;
  }

  /** Without a last word, as the plug would end it. */
  async kill(): Promise<void> {
    if (this.#child === undefined) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
    this.#child = undefined;
  }
}
