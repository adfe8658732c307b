/**
 * One real process: started, killed, stopped for a while, held down, and started again
 * whenever it is gone. It says `{"event":"listening",…}` on its first line when it is up.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';

export interface Listening {
  readonly url: string;
  readonly [more: string]: unknown;
}

export interface ProgramOptions {
  readonly name: string;
  readonly args: readonly string[];
  readonly logFile: string;
  /** Added to our own. */
  readonly env?: Readonly<Record<string, string>>;
  /** It ended, and nobody here had killed it. */
  readonly onCrash: (name: string, why: string) => void;
}

const START_MS = 60_000;
const STOP_MS = 15_000;
/** Somebody, or a supervisor, needs a moment to start it again; its peers meet a closed door meanwhile. */
const DOWN_MS = 300;

export class Program {
  readonly name: string;
  readonly #options: ProgramOptions;
  #child: ChildProcess | undefined;
  #wanted = false;
  #killed: ChildProcess | undefined;
  #said = '';

  constructor(options: ProgramOptions) {
    this.name = options.name;
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Resolves when it listens. @throws with the last thing it said, where it ends before. */
  async start(): Promise<Listening> {
    this.#wanted = true;
    return this.#spawn();
  }

  /** Like `start`, and tried again until it is up: a port or a file may be taken for a moment. */
  async startPatiently(): Promise<void> {
    this.#wanted = true;
    await this.#spawn().catch(() => this.#againLater());
  }

  /** As a power cut would; it is started again a moment later. @returns whether there was anything to kill. */
  kill(): boolean {
    const child = this.#child;
    if (child === undefined || !isRunning(child)) return false;
    this.#killed = child;
    return child.kill('SIGKILL');
  }

  /** Freezes it, and lets that very process go on later. */
  freeze(forMs: number): boolean {
    const child = this.#child;
    if (child === undefined || !isRunning(child)) return false;
    setTimeout(() => child.kill('SIGCONT'), forMs);
    return child.kill('SIGSTOP');
  }

  /** Kills it and leaves it down until `start`. */
  async holdDown(): Promise<void> {
    this.#wanted = false;
    await this.#end('SIGKILL');
  }

  /** In order: it finishes its turn and closes its files. */
  async stop(): Promise<void> {
    this.#wanted = false;
    await this.#end('SIGTERM');
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (child === undefined || !isRunning(child)) return;
    this.#killed = child;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGCONT');
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(timer);
  }

  #spawn(): Promise<Listening> {
    const log = createWriteStream(this.#options.logFile, { flags: 'a' });
    const child = spawn(process.execPath, this.#options.args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...this.#options.env },
    });
    this.#child = child;
    this.#said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      this.#said = (this.#said + chunk.toString('utf8')).slice(-2_000);
    });
    child.stderr.pipe(log);
    return new Promise((resolve, reject) => {
      let isUp = false;
      let first = '';
      const timer = setTimeout(() => child.kill('SIGKILL'), START_MS);
      child.stdout.on('data', (chunk: Buffer) => {
        if (isUp) return;
        first += chunk.toString('utf8');
        const end = first.indexOf('\n');
        if (end < 0) return;
        clearTimeout(timer);
        isUp = true;
        resolve(JSON.parse(first.slice(0, end)) as Listening);
      });
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        clearTimeout(timer);
        log.end();
        const why = signal ?? `exit ${code}: ${this.#said.trim().split('\n').at(-1) ?? ''}`;
        if (!isUp) reject(new Error(`${this.name} did not start: ${why}`));
        if (this.#killed !== child) this.#options.onCrash(this.name, why);
        if (isUp) this.#againLater();
      });
    });
  }

  #againLater(): void {
    setTimeout(() => {
      if (!this.#wanted || (this.#child !== undefined && isRunning(this.#child))) return;
      // Killed while it started, or its door is still taken: it is tried again until it is up.
      this.#spawn().catch(() => this.#againLater());
    }, DOWN_MS);
  }
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}
