/** What an authority is opened with. */
import type { PolicySettings } from '@tallystick/crdt';
import type { Log } from '@tallystick/store-agent';
import type { RetentionRule } from './retention-rule.ts';
import type { Vault } from './vault.ts';

export interface AuthorityOptions {
  readonly databaseUrl: string;
  readonly dataDir: string;
  readonly log: Log;
  readonly resendMs: number;
  /** How long what nobody waits for gathers; the core's own, if left out. */
  readonly gatherMs?: number;
  /** How often heads of writers go into the trail; each ten seconds, if left out. */
  readonly anchorEveryMs?: number;
  /** How long a replica may be gone before that is told; a minute, if left out. */
  readonly offlineAfterMs?: number;
  /** The keys to personal data. */
  readonly vault: Vault;
  /** This process can decide nothing any more: end it, so that its children find another or a fresh one. */
  readonly onFatal?: () => void;
  /** How long what may be forgotten is kept. */
  readonly retention?: RetentionRule;
  /** Lets webhooks go to this machine itself, over plain HTTP: for trying things out. */
  readonly allowLoopbackWebhooks?: boolean;
  /** The `/v1/shape` of an Electric service on the same Postgres, which then answers for shapes. */
  readonly electricUrl?: string;
  readonly policy?: Partial<PolicySettings>;
}
