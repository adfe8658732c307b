import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { fleetCredentials } from './credentials.ts';
import { Operator } from './operator.ts';

/** An authority that refuses the first names that it is asked for, and remembers all that it was. */
async function authority(refusal: { code: string; detail: string }) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      const { id } = JSON.parse(text) as { id: string };
      asked.push(id);
      const isNew = id.includes('-');
      response.writeHead(isNew ? 201 : 409, { 'content-type': 'application/json' });
      response.end(JSON.stringify(isNew ? { id, secret: 'hidden' } : refusal));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-test-'));
  return { asked, make: () => fleetCredentials(folder, 'http://region', new Operator(url, 'token')) };
}

test('where the secrets were lost, credentials of other names are made', async () => {
  const { make } = await authority({ code: 'already_exists', detail: 'It is there.' });
  for (const { id, role } of (await make()).credentials) expect(id).toMatch(new RegExp(`^${role}-\\d+$`));
});

test('any other refusal is told, and nothing is asked under another name', async () => {
  const { asked, make } = await authority({ code: 'forbidden', detail: 'Not you.' });
  await expect(make()).rejects.toThrow('Not you.');
  expect(asked.filter((id) => id.includes('-'))).toEqual([]);
});
