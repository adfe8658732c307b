/** The command line with what people really type and machines really refuse: one line, no trace, exit code 1. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withPlainErrors } from '@tallystick/store-agent';
import { type Ran, run, runHere } from '@tallystick/store-agent/test-kit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli } from './commands.ts';
import { checkFleetFolder, emptyFleetFolder, MARK } from './fleet/folder.ts';
import { sayPlainly } from './run-authority.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tallystick-cli-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const here = (...args: string[]) => runHere(() => runCli(args));

/** One line that begins with the program's name, and nothing else. */
function expectOneLine({ code, out, err }: Ran, said: RegExp): void {
  expect(err).toMatch(/^tallystick: [^\n]+\n$/);
  expect(err).toMatch(said);
  expect({ code, out }).toEqual({ code: 1, out: '' });
}

const authority = (args: readonly string[], databaseUrl = 'postgres://u:secret@127.0.0.1:1/books') =>
  run(MAIN, ['authority', '--data', join(folder, 'a'), '--log', 'silent', ...args], {
    DATABASE_URL: databaseUrl,
  });

const badOption = (args: readonly string[]) => here('authority', '--data', join(folder, 'a'), ...args);

/** Starting a process takes a second, and several on a busy machine. */
const PROCESS_TEST_MS = 120_000;

test.each<[string, string[], RegExp]>([
  ['an unknown command', ['nonsense'], /no command "nonsense"\. See tallystick --help/],
  ['an object’s own words', ['toString'], /no command "toString"/],
  ['an unknown option', ['authority', '--nope'], /Unknown option '--nope'\. See --help/],
  ['no folder', ['authority'], /--data DIR/],
  ['a region without a folder', ['region'], /--data DIR/],
  ['why without a SKU', ['why'], /Name a SKU/],
])('%s', async (_, args, said) => {
  expectOneLine(await here(...args), said);
});

test('a region, or questions, where no fleet is', async () => {
  const nowhere = join(folder, 'nowhere');
  expectOneLine(await here('region', '--data', nowhere), /no replica in/);
  expectOneLine(await here('why', 'MUG', '--data', nowhere), /No operator token in/);
  expectOneLine(await here('verify', '--data', nowhere), /no books in/);
  expectOneLine(await here('up', '--port-base', 'x'), /--port-base must be a whole number/);
  expectOneLine(await here('up', '--data', nowhere, '--log', 'loud'), /--log must be one of silent, error/);
  expect(existsSync(nowhere)).toBe(false);
});

test('an authority that gets options of the wrong kind touches nothing', async () => {
  expectOneLine(await badOption(['--port', '1e3']), /--port must be a whole number/);
  expectOneLine(await badOption(['--policy', '{nonsense']), /--policy must be JSON/);
  expectOneLine(await badOption(['--policy', '{"halfLifeMs":-1}']), /--policy: halfLifeMs/);
  expect(existsSync(join(folder, 'a'))).toBe(false);
});

test(
  'an unreachable DATABASE_URL: why and what to do, and never the password',
  async () => {
    const refused = await authority([]);
    expectOneLine(
      refused,
      /127\.0\.0\.1:1\/books cannot be reached: nothing listens there\. Start Postgres, or correct/,
    );
    const notOurs = await authority([], 'mysql://u:secret@host/books');
    expectOneLine(notOurs, /DATABASE_URL begins with mysql:\/\/ where postgres:\/\/ is needed/);
    const noUrl = await authority([], 'secret at host');
    expectOneLine(noUrl, /DATABASE_URL is not a URL\. Write it as postgres:/);
    const silent = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as { port: number };
    const notPostgres = await authority([], `postgres://u:secret@127.0.0.1:${port}/books`);
    await new Promise((resolve) => silent.close(resolve));
    expectOneLine(notPostgres, /cannot be reached/);
    const verify = await here('verify', '--database', 'postgres://u:secret@127.0.0.1:1/books');
    expectOneLine(verify, /nothing listens there/);
    for (const { err, out } of [refused, notOurs, noUrl, notPostgres, verify])
      expect(err + out).not.toMatch(/secret/);
  },
  PROCESS_TEST_MS,
);

test('books in a folder that takes no writes: what to do is said', async () => {
  const path = join(folder, 'postgres', 'owner');
  const system = { errno: -30, code: 'EROFS', syscall: 'open', path };
  const refused = Object.assign(new Error(`EROFS: read-only file system, open '${path}'`), system);
  expectOneLine(
    await runHere(() => withPlainErrors('tallystick', async () => sayPlainly(refused))),
    /open of .*owner \(EROFS\)\. The disk takes no writes: mount it for writing/,
  );
  const full = new Error('Postgres did not start: the disk is full. Make room, then start again.');
  expectOneLine(
    await runHere(() => withPlainErrors('tallystick', async () => sayPlainly(full))),
    /tallystick: Postgres did not start: the disk is full/,
  );
});

test(
  'a data folder that cannot be used: a file in its place, or one under a file',
  async () => {
    const file = join(folder, 'file');
    writeFileSync(file, 'goods');
    for (const data of [file, join(file, 'under')]) {
      expectOneLine(await run(MAIN, ['authority', '--data', data]), /data folder .* cannot be used/);
      expectOneLine(await run(MAIN, ['up', '--data', data]), /file.*\((ENOTDIR|EEXIST)\)/);
      expectOneLine(await here('region', '--data', data), /cannot be read \(ENOTDIR\)/);
    }
    expect(readFileSync(file, 'utf8')).toBe('goods');
    const others = join(folder, 'others');
    mkdirSync(others);
    writeFileSync(join(others, 'thesis.txt'), 'mine');
    expectOneLine(
      await here('up', '--fresh', '--data', others),
      /not made by tallystick\. Choose another folder/,
    );
    expect(readFileSync(join(others, 'thesis.txt'), 'utf8')).toBe('mine');
    expectOneLine(
      await here('up', '--data', others),
      /holds thesis\.txt, which tallystick did not make\. Choose/,
    );
    expect(readdirSync(others)).toEqual(['thesis.txt']);
    const authority = join(folder, 'history', 'authority');
    mkdirSync(authority, { recursive: true });
    expect(() => emptyFleetFolder(join(folder, 'history')), 'a folder of that name alone').toThrow(
      'not made by tallystick',
    );
  },
  PROCESS_TEST_MS,
);

test('a fleet’s folder: what it did not make is neither begun in nor deleted', () => {
  const fleet = join(folder, 'fleet');
  for (const name of ['logs', 'authority', 'till-9', 'begun'])
    mkdirSync(join(fleet, name), { recursive: true });
  writeFileSync(join(fleet, 'till-9', 'agent.json'), '{}');
  writeFileSync(join(fleet, 'logs', 'authority.log'), '');
  // A first start that was broken off goes on there.
  expect(() => checkFleetFolder(fleet)).not.toThrow();
  mkdirSync(join(fleet, '.git'));
  writeFileSync(join(fleet, '.git', 'HEAD'), 'mine');
  expect(() => checkFleetFolder(fleet)).toThrow('holds .git, which tallystick did not make');
  writeFileSync(join(fleet, MARK), '');
  expect(() => checkFleetFolder(fleet), 'an own fleet starts whatever was put beside it').not.toThrow();
  expect(() => emptyFleetFolder(fleet)).toThrow('--fresh would delete .git');
  expect(readFileSync(join(fleet, '.git', 'HEAD'), 'utf8')).toBe('mine');
  rmSync(join(fleet, '.git'), { recursive: true });
  emptyFleetFolder(fleet);
  expect(existsSync(fleet)).toBe(false);
  expect(() => checkFleetFolder(fleet), 'a new one').not.toThrow();
});

test('an option that was given nothing is not taken for the folder that one stands in', async () => {
  expectOneLine(await here('up', '--data', ''), /--data was given nothing/);
  expectOneLine(await here('up', '--fresh', '--data='), /--data was given nothing/);
});
