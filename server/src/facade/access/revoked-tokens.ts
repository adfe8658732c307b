/** Tokens that were taken back before their end (RFC 7009): kept at this region until they would have ended. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '@tallystick/store-agent';
import { z } from 'zod';

/** They end within a day at most; more than this is somebody's loop. */
const REVOKED_MAX = 10_000;

const fileSchema = z.array(z.tuple([z.string().max(64), z.int()])).max(REVOKED_MAX);

export class RevokedTokens {
  readonly #path: string;
  readonly #endsAtMs: Map<string, number>;

  constructor(folder: string) {
    this.#path = join(folder, 'revoked-tokens.json');
    this.#endsAtMs = readRevoked(this.#path);
  }

  has(jti: string): boolean {
    return this.#endsAtMs.size > 0 && this.#endsAtMs.has(jti);
  }

  /** On disk before it returns: who took a token back is not surprised by a restart. @throws Problem where there is no room */
  add(jti: string, endsAtMs: number, nowMs: number): void {
    for (const [known, at] of this.#endsAtMs) if (at <= nowMs) this.#endsAtMs.delete(known);
    if (this.#endsAtMs.has(jti)) return;
    if (this.#endsAtMs.size >= REVOKED_MAX)
      throw new Problem('overloaded', 'Too many tokens were taken back. Revoke the credential instead.');
    this.#endsAtMs.set(jti, endsAtMs);
    writeFileSync(`${this.#path}.new`, JSON.stringify([...this.#endsAtMs]), { mode: 0o600, flush: true });
    renameSync(`${this.#path}.new`, this.#path);
  }
}

/** A file that cannot be read means that nothing was taken back: those tokens end within minutes all the same. */
function readRevoked(path: string): Map<string, number> {
  try {
    return new Map(fileSchema.parse(JSON.parse(readFileSync(path, 'utf8'))));
  } catch {
    return new Map();
  }
}
