/** The command line with what people really type and machines really refuse: one line, no trace, exit code 1. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Catalogue } from '../catalogue/catalogue.ts';
import { readAgentConfig } from '../config.ts';
import { TestRoot, until } from '../root.test-kit.ts';
import { serveAgent } from '../serve.ts';
import { runCli } from './commands.ts';
import { type Ran, run, runHere, start } from './process.test-kit.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

/** Starting a process takes a second, and several on a busy machine. */
const PROCESS_TEST_MS = 120_000;

let root: TestRoot;
let folder: string;

beforeAll(async () => {
  root = new TestRoot();
  await root.start();
  folder = root.addShop('berlin');
});
afterAll(async () => {
  await root.stop();
});

const agent = (...args: string[]) => run(MAIN, args);

/** The same in this process: a second sooner for each case that ends by itself. */
const here = (...args: string[]) => runHere(() => runCli(args));

/** One line that begins with the program's name, and nothing else. */
function expectOneLine({ code, out, err }: Ran, said: RegExp): void {
  expect(err).toMatch(/^tallystick-agent: [^\n]+\n$/);
  expect(err).toMatch(said);
  expect({ code, out }).toEqual({ code: 1, out: '' });
}

test('what a replica keeps is its owner’s alone to read, on a machine of many users too', async () => {
  const data = join(root.folder, 'new', 'till');
  await here('enroll', '--data', data, '--id', 'till', '--code', 'c', '--parent', root.url, '--port', '1');
  const catalogue = join(root.folder, 'catalogue-of-books.db');
  new Catalogue(catalogue).close();
  const modes = [data, catalogue].map((path) => statSync(path).mode & 0o777);
  expect(modes).toEqual([0o700, 0o600]);
});

describe('what is typed', () => {
  const place = (name: string) => join(root.folder, name);
  test.each<[string, () => string[], RegExp]>([
    ['an unknown command', () => ['nonsense'], /no command "nonsense"\. See tallystick-agent --help/],
    ['an unknown option', () => ['run', '--nope'], /Unknown option '--nope'\. See --help/],
    ['a word too many', () => ['run', '--data', folder, 'extra'], /"extra" is not expected/],
    ['no folder', () => ['run'], /--data DIR/],
    [
      'a port that is none',
      () => ['run', '--data', folder, '--port', '99999'],
      /--port must be .* 65535, not "99999"/,
    ],
    [
      'a port for several replicas',
      () => ['run', '--data', folder, '--data', place('x'), '--port', '1'],
      /--port is for one replica\. With several, each folder's agent\.json says it/,
    ],
    [
      'a log level that is none',
      () => ['run', '--data', folder, '--log', 'loud'],
      /log level must be silent/,
    ],
    [
      'a folder without a replica',
      () => ['run', '--data', place('empty')],
      /no replica in .*Enrol one first/,
    ],
    ['verify where no journal is', () => ['verify', '--data', place('empty')], /no journal in .*--data DIR/],
    [
      'backup where no journal is',
      () => ['backup', '--data', place('empty'), '--to', place('b')],
      /no journal in/,
    ],
    ['restore from nothing', () => ['restore', '--data', place('empty'), '--from', place('none')], /./],
    ['status of a URL that is none', () => ['status', '--url', 'berlin'], /"berlin" is not a URL/],
    [
      'status where nobody answers',
      () => ['status', '--url', 'http://127.0.0.1:1'],
      /Nothing answers .* running\?/,
    ],
    ['a half enrolment', () => ['enroll', '--data', place('x'), '--id', 'x'], /enroll needs/],
    [
      'enrolment with a broken URL',
      () => [
        'enroll',
        '--data',
        place('x'),
        '--id',
        'x',
        '--code',
        'c',
        '--parent',
        'http://h',
        '--port',
        '1',
      ],
      /must begin with ws:/,
    ],
    [
      'enrolment where no parent is',
      () => [
        'enroll',
        '--data',
        place('y'),
        '--id',
        'y',
        '--code',
        'c',
        '--parent',
        'ws://127.0.0.1:1/link',
        '--port',
        '1',
      ],
      /127\.0\.0\.1:1\/link cannot be reached: .*Check the address, and that the parent runs/,
    ],
    [
      'enrolment that is refused',
      () => ['enroll', '--data', place('z'), '--id', 'z', '--code', 'c', '--parent', root.url, '--port', '1'],
      /refused: no enrolment here/,
    ],
  ])('%s', async (_, args, said) => {
    expectOneLine(await here(...args()), said);
  });

  test('--help helps, after any command', async () => {
    for (const args of [['--help'], ['run', '--help']]) {
      expect(await here(...args)).toMatchObject({ code: 0, err: '', out: expect.stringContaining('run ') });
    }
    expect((await here()).code).toBe(1);
  });
});

test('a folder that belongs to one replica is not given to another', async () => {
  const berlin = root.addShop('berlin-of-its-own');
  const { replica } = readAgentConfig(berlin);
  const before = readFileSync(join(berlin, 'agent.json'), 'utf8');
  const options = ['--id', 'x', '--code', 'c', '--parent', root.url, '--port', '1'];
  expectOneLine(
    await here('enroll', '--data', berlin, ...options),
    new RegExp(`berlin-of-its-own belongs to ${replica}\\. Choose another folder for x\\.`),
  );
  expect(readFileSync(join(berlin, 'agent.json'), 'utf8')).toBe(before);
});

test(
  'a journal of another replica is not gone on with',
  async () => {
    const [berlin, paris] = [root.addShop('berlin-one'), root.addShop('paris-one')];
    const served = await serveAgent(readAgentConfig(berlin, { logLevel: 'silent' }));
    await until(() => served.agent.engine.replica.ledger.hasLife, 'it met its parent');
    await served.stop();
    copyFileSync(join(berlin, 'journal.db'), join(paris, 'journal.db'));
    expectOneLine(
      await agent('run', '--data', paris, '--log', 'silent'),
      /The journal in .*paris-one is berlin-one's, and its agent\.json says paris-one\./,
    );
  },
  PROCESS_TEST_MS,
);

test('an option that was given nothing is not taken for the folder that one stands in, also where it may stand twice', async () => {
  expectOneLine(await here('run', '--data', ''), /--data was given nothing/);
  expectOneLine(await here('verify', '--data='), /--data was given nothing/);
});

test('looking makes nothing', async () => {
  await here('verify', '--data', join(root.folder, 'nowhere'));
  expect(existsSync(join(root.folder, 'nowhere'))).toBe(false);
});

test(
  'a folder that cannot be used: a file in its place, or one under a file',
  async () => {
    const file = join(root.folder, 'a-file');
    writeFileSync(file, 'goods');
    expectOneLine(
      await agent('run', '--data', file),
      /a-file\/agent\.json cannot be read \(ENOTDIR\).*names a folder/,
    );
    const options = ['--id', 'x', '--code', 'c', '--parent', root.url, '--port', '1'];
    expectOneLine(await here('enroll', '--data', file, ...options), /a-file cannot be opened for writing/);
    expectOneLine(
      await here('enroll', '--data', join(file, 'x'), ...options),
      /cannot be opened for writing/,
    );
    expect(readFileSync(file, 'utf8')).toBe('goods');
  },
  PROCESS_TEST_MS,
);

test.each([
  ['agent.json', '{"replica": "ber', /agent\.json is not JSON\. Correct it/],
  ['agent.json', '{"replica":"berlin","secret":1}', /agent\.json is not a replica's configuration: kind: /],
  ['identity.pem', 'nonsense', /identity\.pem holds no private key\..*enrol the replica again/],
  [
    'catalogue.db',
    'nonsense '.repeat(1_000),
    /catalogue\.db is damaged\..*delete it, and the parent sends it/,
  ],
  ['journal.db', 'nonsense '.repeat(1_000), /journal\.db is damaged.*restore a backup/],
])(
  'a corrupt %s',
  async (name, text, said) => {
    const broken = root.addShop(`broken-${name.replace('.', '-')}`);
    writeFileSync(join(broken, name), text);
    expectOneLine(await agent('run', '--data', broken, '--log', 'silent'), said);
    expect(readFileSync(join(broken, name), 'utf8')).toBe(text);
  },
  PROCESS_TEST_MS,
);

test(
  'something that is no file where a file of ours should be',
  async () => {
    for (const name of ['journal.db', 'witness', 'catalogue.db']) {
      const broken = root.addShop(`blocked-${name.replace('.', '-')}`);
      rmSync(join(broken, name), { recursive: true, force: true });
      mkdirSync(join(broken, name));
      expectOneLine(
        await agent('run', '--data', broken, '--log', 'silent'),
        new RegExp(`${name} |of .*${name}`),
      );
    }
  },
  PROCESS_TEST_MS,
);

test(
  '[D2] a port in use, and a second process on one folder; the first one goes on',
  async () => {
    const server = createServer((_request, response) => response.end('not JSON'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const taken = await agent('run', '--data', folder, '--port', String(port), '--log', 'silent');
    expectOneLine(
      taken,
      /Port \d+ on 127\.0\.0\.1 is taken\. Stop what uses it, or choose another with --port/,
    );
    expectOneLine(await agent('status', '--url', `http://127.0.0.1:${port}`), /is not an agent/);
    await new Promise((resolve) => server.close(resolve));

    const first = start(MAIN, ['run', '--data', folder, '--port', '0', '--log', 'silent', '--json']);
    const ended = new Promise<number | null>((resolve) => first.once('exit', resolve));
    const line = await new Promise<string>((resolve) => {
      first.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString('utf8')));
    });
    const { url } = JSON.parse(line) as { url: string };
    const second = await agent('run', '--data', folder, '--port', '0', '--log', 'silent');
    expectOneLine(
      second,
      /Another process owns this journal .*Stop it, or give this one a folder of its own/,
    );
    expectOneLine(await agent('verify', '--data', folder), /Another process owns this journal/);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await agent('status', '--url', url)).out).toMatch(/"replica": "berlin"/);
    first.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect((await agent('verify', '--data', folder)).out).toMatch(/whole/);
  },
  PROCESS_TEST_MS,
);

test(
  'several replicas in one program: each has its door and its journal; if one cannot start, none does',
  async () => {
    const folders = ['paris', 'madrid'].map((name) => root.addShop(name));
    const run = ['run', ...folders.flatMap((data) => ['--data', data]), '--log', 'silent', '--json'];
    expectOneLine(await agent(...run, '--data', folders[0] as string), /Another process owns this journal/);

    const program = start(MAIN, run);
    const ended = new Promise<number | null>((resolve) => program.once('exit', resolve));
    const lines = createInterface({ input: program.stdout as Readable })[Symbol.asyncIterator]();
    const heard = [(await lines.next()).value, (await lines.next()).value].map((line) => JSON.parse(line));
    expect(heard.map(({ id }) => id)).toEqual(['paris', 'madrid']);
    for (const { id, url } of heard) {
      expect((await agent('status', '--url', url)).out).toContain(`"replica": "${id}"`);
    }
    program.kill('SIGTERM');
    expect(await ended).toBe(0);
    for (const data of folders) expect((await agent('verify', '--data', data)).out).toMatch(/whole/);
  },
  PROCESS_TEST_MS,
);
