/** Configuration of an agent: from its data folder, the command line and the environment, checked once. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  DEFAULT_LINK,
  DEFAULT_POLICY,
  ENTRY_BYTES_MAX,
  isLocationId,
  isReplicaId,
  type LocationId,
  REPLICA_KINDS,
  type ReplicaId,
} from '@tallystick/crdt';
import { PARENT_LINK_TIMES } from '@tallystick/crdt/host';
import { z } from 'zod';
import { ConfigError } from './config-error.ts';
import { addressSchema } from './http/addresses.ts';
import { corsSchema } from './http/headers.ts';
import { PATIENCE } from './http/slow-clients.ts';
import { doorTlsSchema, parentTlsSchema } from './tls/files.ts';

const ms = z
  .number()
  .int()
  .min(1)
  .max(10 * 365 * 86_400_000);

const rate = z.strictObject({
  perSecond: z.number().min(0.001).max(1_000_000),
  burst: z.number().int().min(1).max(1_000_000),
});

/** What an operator may tune. Everything has a default that fits a shop. */
export const settingsSchema = z.strictObject({
  /** R4: how long a sale may wait for units from elsewhere when its caller does not say. */
  sellWaitMs: z.number().int().min(0).max(10_000).default(1_500),
  /** F8: units a pool that this replica may owe after overrides. 0 forbids them. */
  overrideUnitsMax: z.number().int().min(0).max(100_000).default(20),
  link: z
    .strictObject({
      resendMs: ms.default(DEFAULT_LINK.resendMs),
      gatherMs: z.number().int().min(0).max(1_000).default(DEFAULT_LINK.gatherMs),
      inFlightBytesMax: z.number().int().min(65_536).default(DEFAULT_LINK.inFlightBytesMax),
      streamBytesTarget: z
        .number()
        .int()
        .min(1_024)
        .max(ENTRY_BYTES_MAX)
        .default(DEFAULT_LINK.streamBytesTarget),
    })
    .prefault({}),
  policy: z
    .strictObject({
      halfLifeMs: ms.default(DEFAULT_POLICY.halfLifeMs),
      horizonMs: ms.default(DEFAULT_POLICY.horizonMs),
      reserveBp: z.number().int().min(0).max(10_000).default(DEFAULT_POLICY.reserveBp),
      topUpBelowBp: z.number().int().min(0).max(10_000).default(DEFAULT_POLICY.topUpBelowBp),
      scarcePerChild: z.number().min(0).max(1_000).default(DEFAULT_POLICY.scarcePerChild),
      spreadEveryMs: z.number().int().min(0).max(3_600_000).default(DEFAULT_POLICY.spreadEveryMs),
      recallMs: ms.default(DEFAULT_POLICY.recallMs),
      debtAskMs: ms.default(DEFAULT_POLICY.debtAskMs),
      poolsPerTurnMax: z.number().int().min(1).max(100_000).default(DEFAULT_POLICY.poolsPerTurnMax),
    })
    .prefault({}),
  times: z
    .strictObject({
      retryMsMin: ms.default(PARENT_LINK_TIMES.retryMsMin),
      retryMsMax: ms.default(PARENT_LINK_TIMES.retryMsMax),
      handshakeMs: ms.default(PARENT_LINK_TIMES.handshakeMs),
    })
    .prefault({}),
  checkpointEvery: z.number().int().min(10).max(1_000_000).default(1_000),
  /** D7: own retention of entries that the authority has settled. */
  retentionDays: z.number().int().min(1).max(36_500).default(400),
  /**
   * Where lines without a location may come from: a list, best first, or warehouses by their distance from a
   * point; without it, this replica's place, then warehouses.
   */
  sourcing: z
    .union([
      z.array(z.string().refine(isLocationId, 'a location id')).max(100),
      z.strictObject({
        nearestTo: z.strictObject({ lat: z.number().min(-90).max(90), lon: z.number().min(-180).max(180) }),
      }),
    ])
    .optional(),
  /**
   * How often one address may call a region's doors, by what a call costs: a pace, and so many at once after a rest.
   * `off` is for a region behind a gateway that counts by itself, from which all calls come.
   */
  rates: z
    .union([
      z.literal('off'),
      z.strictObject({
        read: rate.prefault({ perSecond: 2_000, burst: 4_000 }),
        write: rate.prefault({ perSecond: 2_000, burst: 4_000 }),
        bulk: rate.prefault({ perSecond: 10, burst: 20 }),
      }),
    ])
    .prefault({}),
  /** Who may come in at a region's door. */
  auth: z
    .strictObject({
      /** `off` is for networks that nobody else can reach: whoever reaches the port may do everything. */
      signIn: z.enum(['required', 'off']).default('required'),
      /** The region's base URL as its clients know it; where it listens, if left out. */
      issuer: z.url({ protocol: /^https?$/ }).optional(),
      /** Whom tokens are for: the same word at every region of a deployment. */
      audience: z.string().min(1).max(200).default('tallystick'),
      /** How long a token may be used; a credential that was revoked here is refused at once, whatever its token says. */
      tokenSeconds: z.number().int().min(10).max(86_400).default(600),
      /** How long a region that hears nothing of the authority goes on giving out tokens: over a long weekend. */
      awayHours: z.number().min(0.001).max(8_760).default(72),
      /** Where people sign in, by OpenID Connect; left out, programs alone come in. */
      people: z
        .strictObject({
          issuer: z.url({ protocol: /^https?$/ }),
          clientId: z.string().min(1).max(300),
          /** As seen from the data folder; left out for a client without one. */
          clientSecretFile: z.string().min(1).max(4_096).optional(),
          scope: z
            .string()
            .regex(/^openid( [\x21-\x7e]+)*$/, 'must begin with openid')
            .default('openid'),
          /** Which claim of the id token says what somebody may do; its values, and the role that each one gives, best first. */
          roleClaim: z.string().min(1).max(200).default('roles'),
          roles: z.record(
            z.string().min(1).max(200),
            z.enum(['cashier', 'manager', 'operator', 'auditor', 'integrator']),
          ),
          sessionMinutes: z.number().int().min(1).max(1_440).default(480),
          idleMinutes: z.number().int().min(1).max(1_440).default(60),
          /** How long a role is believed: then the provider is asked again, or, where it gave no refresh token, the person is. */
          recheckMinutes: z.number().int().min(1).max(1_440).default(15),
        })
        .optional(),
    })
    .prefault({}),
  /** With it this replica's doors speak `https://` and `wss://` alone. */
  tls: doorTlsSchema.optional(),
  /** What its link to its parent needs beside a parent URL with `wss://`. */
  parentTls: parentTlsSchema.optional(),
  /**
   * Addresses and networks of what stands in front of this door, and says in `X-Forwarded-For` for whom it asks. Without
   * them whoever comes by a proxy has its address: for limits, allow-lists and the trail.
   */
  proxies: z.array(addressSchema).max(64).default([]),
  /** Which web pages of elsewhere may call; none, unless they are named. */
  cors: corsSchema.prefault({}),
  /** Who may sell at a shop's or a till's door. */
  cashiers: z
    .strictObject({
      /** `off` is for networks that nobody else can reach: whoever reaches the port may do everything. */
      signIn: z.enum(['required', 'off']).default('off'),
      /** A shift; then the PIN is asked for again. */
      sessionMinutes: z.number().int().min(1).max(1_440).default(720),
      /** How long a till that nobody uses stays open. */
      idleMinutes: z.number().int().min(1).max(1_440).default(30),
      /** Wrong PINs in a row before a name is locked. */
      triesMax: z.number().int().min(3).max(20).default(5),
    })
    .prefault({}),
  /** How slow a client may be before it is cut off. */
  patience: z
    .strictObject({
      headersMs: ms.default(PATIENCE.headersMs),
      graceMs: ms.default(PATIENCE.graceMs),
      bytesPerSecond: z.number().int().min(1).max(1_000_000).default(PATIENCE.bytesPerSecond),
      bodyMs: ms.default(PATIENCE.bodyMs),
    })
    .prefault({}),
  customers: z
    .strictObject({
      /** Where personal data of customers who are registered at this region's door is kept: `region` in its own folder alone. */
      keptIn: z.enum(['books', 'region']).default('books'),
    })
    .prefault({}),
  carts: z
    .strictObject({
      /** For how long a region sets aside what is put into a cart, from its last edit on. 0: not at all. */
      holdMs: z.number().int().min(0).max(86_400_000).default(0),
      /** After how long without a touch a cart counts as left, and is told of. 0: never. */
      abandonedMs: z.number().int().min(0).max(7_776_000_000).default(3_600_000),
    })
    .prefault({}),
  /** All writers of this region, this one included, the same list at each: any door passes a request on to its owner. */
  writers: z
    .array(
      z.strictObject({
        replica: z.string().refine(isReplicaId, 'a replica id'),
        url: z.url({ protocol: /^https?$/ }),
      }),
    )
    .max(16)
    .optional(),
});
export type AgentSettings = z.infer<typeof settingsSchema>;

const agentFileSchema = z.strictObject({
  replica: z.string().refine(isReplicaId, 'a replica id: lower-case letters, digits and dashes'),
  kind: z.enum(REPLICA_KINDS),
  location: z.string().refine(isLocationId).nullable(),
  parentUrl: z.string().regex(/^wss?:\/\//, 'must begin with ws:// or wss://'),
  host: z.string().default('127.0.0.1'),
  port: z.number().int().min(0).max(65_535),
  settings: settingsSchema.prefault({}),
});
export type AgentFile = z.infer<typeof agentFileSchema>;

export interface AgentConfig extends Omit<AgentFile, 'replica' | 'location'> {
  readonly dataDir: string;
  readonly replica: ReplicaId;
  readonly location: LocationId | undefined;
  readonly logLevel: 'silent' | 'error' | 'warn' | 'info' | 'debug';
}

const CONFIG_FILE = 'agent.json';

export function writeAgentFile(dataDir: string, file: z.input<typeof agentFileSchema>): void {
  writeFileSync(join(dataDir, CONFIG_FILE), `${JSON.stringify(agentFileSchema.parse(file), null, 2)}\n`);
}

/** Gives a replica another address, for good. @throws ConfigError where there is none. */
export function moveAgent(dataDir: string, to: { port?: number; parentUrl?: string }): AgentConfig {
  const config = readAgentConfig(dataDir, to);
  const { dataDir: _, logLevel: __, location, ...file } = config;
  writeAgentFile(dataDir, { ...file, location: location ?? null });
  return config;
}

/** @throws ConfigError with what is wrong and what to do. */
export function readAgentConfig(
  dataDir: string,
  over: { port?: number; host?: string; parentUrl?: string; logLevel?: string } = {},
): AgentConfig {
  const path = join(dataDir, CONFIG_FILE);
  const parsed = agentFileSchema.safeParse(readJson(path, dataDir));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const place = issue?.path.join('.') || 'it';
    throw new ConfigError(
      `${path} is not a replica's configuration: ${place}: ${issue?.message}. ` +
        'Correct it, or enrol the replica again.',
    );
  }
  const level = z.enum(['silent', 'error', 'warn', 'info', 'debug']).safeParse(over.logLevel ?? 'info');
  if (!level.success) throw new ConfigError('The log level must be silent, error, warn, info or debug.');
  return {
    ...parsed.data,
    dataDir,
    replica: parsed.data.replica as ReplicaId,
    location: (parsed.data.location ?? undefined) as LocationId | undefined,
    port: over.port ?? parsed.data.port,
    host: over.host ?? parsed.data.host,
    parentUrl: over.parentUrl ?? parsed.data.parentUrl,
    logLevel: level.data,
  };
}

function readJson(path: string, dataDir: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError(
      code === 'ENOENT'
        ? `There is no replica in ${dataDir}. Enrol one first: tallystick-agent enroll --help`
        : `${path} cannot be read (${code}). Check that --data names a folder and who may read it.`,
    );
  }
  try {
    return JSON.parse(text);
  } catch {
    // Not the parser's own words: they quote the file, which is nobody's business in a log.
    throw new ConfigError(`${path} is not JSON. Correct it, or enrol the replica again.`);
  }
}
