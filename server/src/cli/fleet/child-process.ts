/**
 * One child process of the fleet: started, waited for, watched, and stopped in order.
 *
 * It says `{"event":"listening","url":…}` on its first line of output when it is up.
 * If it dies by itself it is started again, with growing pauses.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { ConfigError, STOP_WITH_INPUT } from '@tallystick/store-agent';

export interface ProcessOptions {
  readonly name: string;
  readonly args: readonly string[];
  readonly logFile: string;
  readonly env?: Readonly<Record<string, string>>;
  /** How long it may take until it listens. */
  readonly startMs?: number;
  /** Told when the process ended and will be started again. `wasKilled`: by `kill`, and not by itself. */
  readonly onRestart?: (name: string, why: string, wasKilled: boolean) => void;
}

export interface Listening {
  readonly url: string;
  readonly [more: string]: unknown;
}

const START_MS = 60_000;
/** A process finishes its turn and closes its files in far less; after this it is killed. */
const STOP_MS = 8_000;
const RESTART_MS_MAX = 10_000;

export class FleetProcess {
  readonly name: string;
  readonly #options: ProcessOptions;
  #child: ChildProcess | undefined;
  #isStopping = false;
  #restarts = 0;
  #wasKilled = false;
  #timer: NodeJS.Timeout | undefined;
  #url: string | undefined;
  #whileDead: (() => void) | undefined;

  constructor(options: ProcessOptions) {
    this.name = options.name;
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get url(): string | undefined {
    return this.#url;
  }

  /** Resolves when the process listens. @throws ConfigError with the last thing it said, if it ends before; or where it was stopped. */
  async start(): Promise<Listening> {
    if (this.#isStopping) throw new ConfigError(`${this.name} was stopped before it started.`);
    const listening = await this.#spawn();
    this.#url = listening.url;
    return listening;
  }

  #spawn(): Promise<Listening> {
    const { name, args, logFile, env, startMs = START_MS } = this.#options;
    const log: WriteStream = createWriteStream(logFile, { flags: 'a' });
    const child = spawn(process.execPath, args, {
      // Nothing is written to its input: that the pipe closes tells it that this process is gone.
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...env, [STOP_WITH_INPUT]: '1' },
      // Ctrl-C reaches the whole group; the fleet is stopped in order by its parent instead.
      detached: true,
    });
    child.stdin?.on('error', () => undefined);
    this.#child = child;
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString('utf8')).slice(-2_000);
    });
    child.stderr?.pipe(log);
    // A full disk costs the log, never a process: whoever writes to a pipe that nobody reads any more waits for ever.
    log.on('error', () => child.stderr?.resume());
    return new Promise((resolve, reject) => {
      let isUp = false;
      let first = '';
      let isLate = false;
      const timer = setTimeout(() => {
        isLate = true;
        child.kill('SIGKILL');
      }, startMs);
      child.stdout?.on('data', (chunk: Buffer) => {
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
        const how = isLate
          ? `was not ready after ${startMs / 1_000} s`
          : `ended with ${signal ?? `exit ${code}`}`;
        const why = (isLate ? undefined : lastLine(said)) ?? `it ${how}. Its log is ${logFile}.`;
        if (!isUp) reject(new ConfigError(`${name} did not start: ${why}`));
        else if (!this.#isStopping) this.#again(`${signal ?? `exit ${code}`}`);
      });
    });
  }

  #again(why: string): void {
    this.#options.onRestart?.(this.name, why, this.#wasKilled);
    const pauseMs = Math.min(RESTART_MS_MAX, 200 * 2 ** Math.min(this.#restarts, 6));
    this.#restarts += 1;
    this.#whileDead?.();
    this.#whileDead = undefined;
    this.#timer = setTimeout(() => {
      this.#spawn().then(
        () => {
          this.#restarts = 0;
          this.#wasKilled = false;
        },
        (error: Error) => {
          if (!this.#isStopping) this.#again(error.message);
        },
      );
    }, pauseMs);
  }

  /** Kills it as a power cut would; the fleet starts it again. @returns false where it is down already */
  kill(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT' = 'SIGKILL'): boolean {
    if (signal === 'SIGKILL') this.#wasKilled = true;
    return this.#child?.kill(signal) ?? false;
  }

  /** Kills it and, before it is started again, does something to its files. @param act must not throw */
  whileDead(act: () => void): void {
    this.#whileDead = act;
    this.kill();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#timer);
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(timer);
  }
}

/** What it said last in words: lines of its log are for programs, and seldom about its end. */
function lastLine(text: string): string | undefined {
  const lines = text.split('\n').filter((line) => !/^\{|^\s*$/.test(line));
  const plain = lines.findLast((line) => /^tallystick(-agent)?: /.test(line)) ?? lines.at(-1);
  return plain?.replace(/^tallystick(-agent)?: /, '');
}
