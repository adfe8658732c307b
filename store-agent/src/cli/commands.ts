/** The commands of `tallystick-agent`. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isReplicaId, type ReplicaId } from '@tallystick/crdt';
import type { FastifyInstance } from 'fastify';
import type { Agent } from '../agent.ts';
import { moveAgent, readAgentConfig, settingsSchema, writeAgentFile } from '../config.ts';
import { ConfigError } from '../config-error.ts';
import { shopRoutes } from '../http/shop-routes.ts';
import { openIdentity } from '../identity.ts';
import { backupBeside } from '../journal/backup.ts';
import { onDisk } from '../journal/errors.ts';
import { JOURNAL_FILE } from '../journal/files.ts';
import { SqliteJournal } from '../journal/journal.ts';
import { makeFolder } from '../journal/make-folder.ts';
import { restoreJournal } from '../journal/restore.ts';
import { enrol } from '../link/enrol.ts';
import { createLog } from '../log.ts';
import { serveAgents } from '../serve.ts';
import { readParentTls } from '../tls/parent-tls.ts';
import { startTracing } from '../trace/start.ts';
import { readOptions, stopSignal, wholeNumber, withPlainErrors } from './args.ts';

const HELP = `tallystick-agent: one replica that sells from the rights it holds

  tallystick-agent run     --data DIR [--port N] [--host H] [--log LEVEL] [--json]
  tallystick-agent run     --data DIR --data DIR …   several replicas in one program, parents first
  tallystick-agent status  --url http://127.0.0.1:7402
  tallystick-agent enroll  --data DIR --id ID --code CODE --parent ws://HOST:PORT/link --port N [--settings JSON]
  tallystick-agent link    --data DIR --parent ws://HOST:PORT/link   from its next start on, this is its parent
  tallystick-agent verify  --data DIR          recompute every chain, row, document and hold
  tallystick-agent backup  --data DIR --to FILE
  tallystick-agent restore --data DIR --from FILE   always begins a new writer, without rights

Stop it with Ctrl-C; it finishes what it began.
`;

export function runCli(args: readonly string[]): Promise<number> {
  return withPlainErrors('tallystick-agent', async () => {
    const [first, ...rest] = args;
    const command = rest.includes('--help') ? '--help' : first;
    switch (command) {
      case 'run':
        return run(rest);
      case 'status':
        return status(rest);
      case 'enroll':
        return enroll(rest);
      case 'link':
        return link(rest);
      case 'verify':
        return verify(rest);
      case 'backup':
        return backup(rest);
      case 'restore':
        return restore(rest);
      case undefined:
      case 'help':
      case '--help':
        process.stdout.write(HELP);
        return command === undefined ? 1 : 0;
      default:
        throw new ConfigError(`There is no command "${command}". See tallystick-agent --help.`);
    }
  });
}

const DATA = { data: { type: 'string' } } as const;

function dataDir(values: { data?: string | undefined }): string {
  if (values.data === undefined) throw new ConfigError('Name the data folder with --data DIR.');
  return resolve(values.data);
}

async function run(args: readonly string[]): Promise<number> {
  return runAgent(args, shopRoutes);
}

/**
 * Runs a replica in this process until a signal stops it, or several: a shop's computer that serves its tills
 * too. A region does the same with more doors.
 */
export async function runAgent(
  args: readonly string[],
  routes: (app: FastifyInstance, agent: Agent) => void,
): Promise<number> {
  const values = readOptions(args, {
    data: { type: 'string', multiple: true },
    port: { type: 'string' },
    host: { type: 'string' },
    parent: { type: 'string' },
    log: { type: 'string' },
    json: { type: 'boolean' },
  });
  const folders = (values.data ?? [undefined]).map((data) => dataDir({ data }));
  if (folders.length > 1) forOneOnly(values);
  const configs = folders.map((folder) =>
    readAgentConfig(folder, {
      ...(values.port === undefined ? {} : { port: wholeNumber('--port', values.port, 0, 65_535) }),
      ...(values.host === undefined ? {} : { host: values.host }),
      ...(values.parent === undefined ? {} : { parentUrl: values.parent }),
      ...(values.log === undefined ? {} : { logLevel: values.log }),
    }),
  );
  const signal = stopSignal();
  const names = configs.map(({ replica }) => replica);
  const sendSpans = await startTracing(
    names.join(' '),
    createLog(names.join(' '), configs[0]?.logLevel ?? 'info'),
  );
  const served = await serveAgents(configs, routes);
  for (const { agent, url } of served.agents) {
    const { id } = agent;
    process.stdout.write(
      values.json ? `${JSON.stringify({ event: 'listening', id, url })}\n` : `ready ${id} ${url}\n`,
    );
  }
  await signal;
  await served.stop();
  await sendSpans();
  return 0;
}

/** @throws ConfigError for what only one replica can have. */
function forOneOnly(values: Readonly<Record<string, unknown>>): void {
  const name = ['port', 'host', 'parent'].find((option) => values[option] !== undefined);
  if (name === undefined) return;
  throw new ConfigError(`--${name} is for one replica. With several, each folder's agent.json says it.`);
}

/** The authority gave it another parent (F3a): its operator says where that one is. */
async function link(args: readonly string[]): Promise<number> {
  const values = readOptions(args, { ...DATA, parent: { type: 'string' } });
  const folder = dataDir(values);
  const { parent } = values;
  if (parent === undefined) throw new ConfigError('Name the new parent with --parent ws://HOST:PORT/link.');
  checkParentUrl(parent);
  const { replica } = moveAgent(folder, { parentUrl: parent });
  process.stdout.write(`${replica} links to ${parent} from its next start on.\n`);
  return 0;
}

function checkParentUrl(url: string): void {
  if (!/^wss?:\/\//.test(url)) throw new ConfigError('--parent must begin with ws:// or wss://.');
}

async function status(args: readonly string[]): Promise<number> {
  const values = readOptions(args, { url: { type: 'string' } });
  if (values.url === undefined) throw new ConfigError('Name the agent with --url http://HOST:PORT.');
  if (!URL.canParse(values.url)) throw new ConfigError(`"${values.url}" is not a URL: http://HOST:PORT.`);
  const response = await fetch(new URL('/v1/status', values.url)).catch(() => undefined);
  if (response === undefined)
    throw new ConfigError(`Nothing answers at ${values.url}. Is the agent running?`);
  const said: unknown = await response.json().catch(() => undefined);
  if (said === undefined) throw new ConfigError(`What answers at ${values.url} is not an agent.`);
  process.stdout.write(`${JSON.stringify(said, null, 2)}\n`);
  return response.ok ? 0 : 1;
}

async function enroll(args: readonly string[]): Promise<number> {
  const values = readOptions(args, {
    ...DATA,
    id: { type: 'string' },
    code: { type: 'string' },
    parent: { type: 'string' },
    port: { type: 'string' },
    settings: { type: 'string' },
  });
  const folder = dataDir(values);
  const { id, code, parent, port } = values;
  if (id === undefined || code === undefined || parent === undefined || port === undefined) {
    throw new ConfigError('enroll needs --data, --id, --code, --parent and --port.');
  }
  if (!isReplicaId(id))
    throw new ConfigError(`"${id}" is not a replica id: lower-case letters, digits, dashes.`);
  checkParentUrl(parent);
  const there = replicaIn(folder);
  if (there !== undefined && there !== id)
    throw new ConfigError(`${folder} belongs to ${there}. Choose another folder for ${id}.`);
  const number = wholeNumber('--port', port, 0, 65_535);
  const settings = readSettings(values.settings);
  onDisk(folder, () => makeFolder(folder));
  const identity = openIdentity(join(folder, 'identity.pem'));
  const tls = settings.parentTls && readParentTls(folder, settings.parentTls);
  const { replicaKind, location } = await enrol(parent, id, code, identity, tls);
  const place = location === '' ? null : location;
  writeAgentFile(folder, {
    replica: id,
    kind: replicaKind,
    location: place,
    parentUrl: parent,
    port: number,
    settings,
  });
  process.stdout.write(
    `enrolled ${id} (${replicaKind}${place === null ? '' : ` at ${place}`}) under ${parent}\n`,
  );
  return 0;
}

/** Whose folder it is; undefined where nobody was enrolled in it, or what it says cannot be read any more. */
function replicaIn(folder: string): ReplicaId | undefined {
  try {
    return readAgentConfig(folder).replica;
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

function readSettings(text: string | undefined) {
  if (text === undefined) return settingsSchema.parse({});
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new ConfigError('--settings must be JSON.');
  }
  const parsed = settingsSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new ConfigError(`--settings: ${issue?.path.join('.')} ${issue?.message}`);
}

/** @throws ConfigError where there is none: looking must not make one. */
function openExisting(folder: string): SqliteJournal {
  if (!existsSync(join(folder, JOURNAL_FILE))) {
    throw new ConfigError(`There is no journal in ${folder}. Name the replica's folder with --data DIR.`);
  }
  return SqliteJournal.open({ folder, mustExist: true });
}

async function verify(args: readonly string[]): Promise<number> {
  const values = readOptions(args, { ...DATA, json: { type: 'boolean' } });
  const journal = openExisting(dataDir(values));
  try {
    const report = await journal.verify();
    if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
    else process.stdout.write(reportText(report));
    return report.ok ? 0 : 1;
  } finally {
    journal.close();
  }
}

function reportText(report: Awaited<ReturnType<SqliteJournal['verify']>>): string {
  const lines = report.problems.map((problem) => `  ${JSON.stringify(problem)}`);
  if (report.problemsLeftOut > 0) lines.push(`  and ${report.problemsLeftOut} more`);
  const verdict = report.ok ? 'whole: all of it is as it was written' : 'NOT whole:';
  return `${[`${report.entries} entries of ${report.writers} writers: ${verdict}`, ...lines].join('\n')}\n`;
}

async function backup(args: readonly string[]): Promise<number> {
  const values = readOptions(args, { ...DATA, to: { type: 'string' } });
  if (values.to === undefined) throw new ConfigError('Name the file with --to FILE.');
  const folder = dataDir(values);
  const journal = openExisting(folder);
  try {
    await journal.backup(resolve(values.to));
  } finally {
    journal.close();
  }
  const beside = await backupBeside(folder, resolve(values.to));
  process.stdout.write([resolve(values.to), ...beside].map((file) => `saved to ${file}\n`).join(''));
  return 0;
}

async function restore(args: readonly string[]): Promise<number> {
  const values = readOptions(args, { ...DATA, from: { type: 'string' } });
  if (values.from === undefined) throw new ConfigError('Name the backup with --from FILE.');
  const folder = dataDir(values);
  const replica = replicaIn(folder);
  const options = { folder, backup: resolve(values.from), nowMs: Date.now(), replica };
  const { report, kept } = await restoreJournal(options);
  process.stdout.write(
    `restored ${report.entries} entries. At its next start this replica begins a new life, without rights.\n` +
      kept.map((file) => `kept the former file as ${file}\n`).join(''),
  );
  return 0;
}
