/**
 * Heads of the trail as this region heard them: whoever owns the books can make the whole trail anew, but not what
 * other machines remember of it.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Agent, Problem } from '@tallystick/store-agent';
import { z } from 'zod';
import { askAuthority } from '../ask-authority.ts';

const HEADS_MAX = 1_000;
const LOOK_EVERY_MS = 60_000;

const headSchema = z.object({ seq: z.int().min(0), hash: z.string().regex(/^[0-9a-f]{64}$/) });
type Head = z.output<typeof headSchema>;

export class RememberedHeads {
  readonly #agent: Agent;
  readonly #path: string;
  #heads: readonly Head[];

  constructor(agent: Agent) {
    this.#agent = agent;
    this.#path = join(agent.dataDir, 'audit-heads.json');
    this.#heads = readHeads(this.#path);
  }

  get all(): readonly Head[] {
    return this.#heads;
  }

  /** Looks now and then, as long as it is not told to stop. @returns what stops it */
  start(): () => void {
    const timer = setInterval(() => void this.look(), LOOK_EVERY_MS);
    timer.unref();
    return () => clearInterval(timer);
  }

  /** Asks for the head of the trail, and keeps it if it is another one. */
  async look(): Promise<void> {
    if (this.#agent.host.parent?.state !== 'up') return;
    try {
      const head = headSchema.parse(await askAuthority(this.#agent, { call: 'audit.head' }));
      if (head.seq === 0 || this.#heads.at(-1)?.hash === head.hash) return;
      // Of many, every second of the older ones says enough: each stands for all before it.
      const kept = this.#heads.length < HEADS_MAX ? this.#heads : this.#heads.filter((_, i) => i % 2 === 1);
      this.#heads = [...kept, head];
      writeFileSync(`${this.#path}.new`, JSON.stringify(this.#heads));
      renameSync(`${this.#path}.new`, this.#path);
    } catch (error) {
      if (!(error instanceof Problem))
        this.#agent.log.warn({ err: error }, 'the head of the trail could not be kept');
    }
  }
}

/** A damaged file is a memory that is lost: it begins anew. */
function readHeads(path: string): readonly Head[] {
  try {
    return z
      .array(headSchema)
      .max(HEADS_MAX)
      .parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return [];
  }
}
