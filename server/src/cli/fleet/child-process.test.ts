import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { FleetProcess } from './child-process.ts';

const from = (path: string) => JSON.stringify(fileURLToPath(new URL(path, import.meta.url)));
const LOADER = ['--conditions=tallystick-source', '--import', 'tsx', '--input-type=module', '--eval'];

let folder: string | undefined;
afterEach(() => folder && rmSync(folder, { recursive: true, force: true }));

/** A program of a fleet in small: it holds a socket as long as it lives, and says how it was stopped. */
const CHILD = `
  import { connect } from 'node:net';
  import { stopSignal } from '@tallystick/store-agent';
  const stopped = stopSignal();
  const socket = connect(Number(process.argv.at(-1)), '127.0.0.1', () => {
    console.log(JSON.stringify({ url: 'here' }));
  });
  await stopped;
  socket.end('stopped in order');
`;
const PARENT = `
  import { FleetProcess } from ${from('./child-process.ts')};
  const [args, logFile] = JSON.parse(process.argv.at(-1));
  await new FleetProcess({ name: 'child', args, logFile }).start();
  console.log('up');
  setInterval(() => {}, 60_000);
`;

test('a program of a fleet stops in order when the fleet was killed and could tell nobody', async () => {
  folder = mkdtempSync(join(tmpdir(), 'tallystick-child-'));
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const connected = once(server, 'connection') as Promise<[Socket]>;
  const childArgs = [...LOADER, CHILD, String((server.address() as AddressInfo).port)];
  const parentArgs = [...LOADER, PARENT, JSON.stringify([childArgs, join(folder, 'log')])];
  const parent = spawn(process.execPath, parentArgs, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(parent.stdout, 'data');
  const [socket] = await connected;
  parent.kill('SIGKILL');
  let said = '';
  for await (const chunk of socket) said += String(chunk);
  expect(said).toBe('stopped in order');
  server.close();
}, 60_000);

test('a process that was stopped before it started does not start any more', async () => {
  folder = mkdtempSync(join(tmpdir(), 'tallystick-child-'));
  const script = join(folder, 'never.mjs');
  writeFileSync(script, 'throw new Error("it ran");');
  const process = new FleetProcess({ name: 'late', args: [script], logFile: join(folder, 'log') });
  await process.stop();
  await expect(process.start()).rejects.toThrow('late was stopped before it started.');
});

test('a process goes on, and it is told why it ended, where its log cannot be written', async () => {
  folder = mkdtempSync(join(tmpdir(), 'tallystick-child-'));
  const script = join(folder, 'talks.mjs');
  // More than a pipe takes that nobody reads: whoever writes it would wait for ever.
  writeFileSync(
    script,
    `import { writeSync } from 'node:fs';
    for (let i = 0; i < 200; i += 1) writeSync(2, 'x'.repeat(1_000) + '\\n');
    writeSync(2, 'tallystick: There is no room.\\n');
    process.exitCode = 1;`,
  );
  const process = new FleetProcess({ name: 'full', args: [script], logFile: join(folder, 'none', 'log') });
  await expect(process.start()).rejects.toThrow('full did not start: There is no room.');
});

test('a process that is up too late, or ends with nothing but its log, is said to be so, and where to look', async () => {
  folder = mkdtempSync(join(tmpdir(), 'tallystick-child-'));
  const logFile = join(folder, 'log');
  const script = join(folder, 'logs.mjs');
  const logs = `process.stderr.write('{"level":40,"msg":"a key was made"}\\n');`;
  writeFileSync(script, `${logs} setInterval(() => {}, 60_000);`);
  const late = new FleetProcess({ name: 'late', args: [script], logFile, startMs: 50 });
  await expect(late.start()).rejects.toThrow(
    `late did not start: it was not ready after 0.05 s. Its log is ${logFile}.`,
  );
  writeFileSync(script, `${logs} process.exitCode = 7;`);
  const gone = new FleetProcess({ name: 'gone', args: [script], logFile });
  await expect(gone.start()).rejects.toThrow(
    `gone did not start: it ended with exit 7. Its log is ${logFile}.`,
  );
});
