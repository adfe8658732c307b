/** When this region last heard of the authority, kept across restarts: revocations cannot have come later. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Agent } from '@tallystick/store-agent';

/** A few minutes count for nothing beside days. */
const WRITE_EVERY_MS = 60_000;

export class Heard {
  readonly #path: string;
  readonly #agent: Agent;
  #atMs: number;
  #writtenMs = 0;

  constructor(agent: Agent) {
    this.#agent = agent;
    this.#path = join(agent.dataDir, 'authority-heard');
    this.#atMs = readMs(this.#path);
  }

  /** Milliseconds since then; 0 while the link is up. */
  silentMs(nowMs: number): number {
    this.look(nowMs);
    return Math.max(0, nowMs - this.#atMs);
  }

  look(nowMs: number): void {
    if (this.#agent.host.parent?.state !== 'up') return;
    this.#atMs = nowMs;
    if (Math.abs(nowMs - this.#writtenMs) < WRITE_EVERY_MS) return;
    this.#writtenMs = nowMs;
    try {
      writeFileSync(this.#path, String(nowMs));
    } catch (error) {
      this.#agent.log.warn({ err: error }, 'when the authority was last heard of could not be written');
    }
  }
}

/** @returns 0 where it was never written: such a region has no credentials yet either */
function readMs(path: string): number {
  try {
    const ms = Number(readFileSync(path, 'utf8'));
    return Number.isSafeInteger(ms) && ms > 0 ? ms : 0;
  } catch {
    return 0;
  }
}
