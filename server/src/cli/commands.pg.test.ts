/** An authority whose port is taken says so, and leaves the books alone. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '@tallystick/store-agent/test-kit';
import { expect, onTestFinished, test } from 'vitest';
import { freshDatabase } from '../authority/postgres/database.test-kit.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

test('a port in use', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const { url } = await freshDatabase();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
  });
  const { port } = server.address() as { port: number };
  const args = ['authority', '--data', folder, '--port', String(port), '--log', 'silent'];
  const { code, out, err } = await run(MAIN, args, { DATABASE_URL: url });
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toBe(
    `tallystick: Port ${port} on 127.0.0.1 is taken. Stop what uses it, or choose another with --port.\n`,
  );
});
