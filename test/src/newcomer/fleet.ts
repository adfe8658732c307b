/** The fleet that `npm start` brings up, as a process of its own, and what somebody who tries it types beside it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT, run } from './project.ts';

interface Ready {
  readonly credentials: {
    readonly clients: readonly { readonly id: string; readonly secret: string; readonly role: string }[];
    readonly tokens: Readonly<Record<string, string>>;
  };
}

export class StartedFleet {
  readonly #folder = mkdtempSync(join(tmpdir(), 'tallystick-newcomer-fleet-'));
  readonly #data = join(this.#folder, 'data');
  readonly #portBase: number;
  #process: ChildProcess | undefined;
  #ready: Ready | undefined;

  /** @param portBase of hundreds, as the one in what is read is */
  constructor(portBase: number) {
    this.#portBase = portBase;
  }

  async start(): Promise<void> {
    const args = ['scripts/start.mjs', '--data', this.#data, '--port-base', String(this.#portBase), '--json'];
    const started = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
    this.#process = started;
    const line = await new Promise<string>((resolve, reject) => {
      createInterface({ input: started.stdout }).once('line', resolve);
      started.once('exit', (code) => reject(new Error(`The fleet ended with ${code}.`)));
    });
    this.#ready = JSON.parse(line) as Ready;
  }

  /** A text that speaks of the usual ports, for these. */
  placed(text: string): string {
    return text.replaceAll(/127\.0\.0\.1:74(\d\d)/g, `127.0.0.1:${this.#portBase / 100}$1`);
  }

  /** `npx tallystick token` */
  get token(): string {
    return this.#ready?.credentials.tokens.integrator ?? '';
  }

  get credential(): { readonly id: string; readonly secret: string } {
    const found = this.#ready?.credentials.clients.find(({ role }) => role === 'integrator');
    if (found === undefined) throw new Error('The fleet has no credential for programs.');
    return found;
  }

  /** `npx tallystick enroll …` @returns the one-time code */
  enroll(args: readonly string[]): string {
    const cli = join(ROOT, 'server/dist/cli/main.js');
    const said = run(process.execPath, [cli, 'enroll', ...args, '--data', this.#data, '--json'], ROOT);
    return JSON.parse(said).code;
  }

  async stop(): Promise<void> {
    const { exitCode } = this.#process ?? { exitCode: 0 };
    if (exitCode === null) {
      const ended = new Promise((resolve) => this.#process?.once('exit', resolve));
      this.#process?.kill('SIGTERM');
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
