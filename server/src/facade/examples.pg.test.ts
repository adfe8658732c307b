/** The document's examples, run word for word against a region under a real authority. */
import { said } from '@tallystick/store-agent/test-kit';
import { describe, expect, test } from 'vitest';
import { TestFleet, until } from '../authority/fleet.test-kit.ts';
import { OPERATIONS } from './facade.ts';
import type { Example, Operation } from './operation.ts';
import { problemSchema } from './problem-schema.ts';

describe('the examples of the document', () => {
  test('get the answers that they show, and answers are what the document says', async () => {
    const fleet = await TestFleet.start();
    fleet.signIn = 'required';
    await fleet.add('eu', 'region', 'authority', null);
    const url = fleet.served.get('eu')?.url as string;
    await fleet.add('depot', 'warehouse', 'eu', 'depot');
    const token = await fleet.token('eu', 'operator');
    const mugs = { id: 'opening', lines: [{ sku: 'MUG', quantity: 100 }] };
    expect((await fleet.post('depot', '/v1/receipts', mugs)).status).toBe(201);
    for (const op of OPERATIONS) {
      for (const [name, example] of Object.entries(op.examples)) {
        await until(async () => (await fetch(`${url}/readyz`)).ok, 'the region is ready');
        const response = await send(url, op, example, token);
        const isLines = response.headers.get('content-type') === 'application/x-ndjson';
        const { status, body, headers } = isLines ? await lastLine(response) : await said(response);
        const what = `${op.id}.${name}`;
        expect({ what, status, body }).toMatchObject({ what, status: example.status });
        if (example.answer !== undefined)
          expect({ what, body }).toMatchObject({ what, body: example.answer });
        const schema = status >= 400 ? problemSchema : op.answers[status]?.body;
        expect({ what, issues: schema?.safeParse(body).error?.issues ?? [] }).toEqual({ what, issues: [] });
        for (const header of status >= 400 ? [] : (op.answers[status]?.headers ?? [])) {
          if (header === 'etag' || header === 'location')
            expect(headers.has(header), `${what} ${header}`).toBe(true);
        }
      }
    }
  });
});

/** Of an answer in lines, the last one: it sums up the others. */
async function lastLine(response: Response) {
  const lines = (await response.text()).trim().split('\n');
  return { status: response.status, headers: response.headers, body: JSON.parse(lines.at(-1) as string) };
}

function send(url: string, op: Operation, example: Example, token: string): Promise<Response> {
  const path = op.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(example.params?.[name] ?? ''),
  );
  const query = example.query === undefined ? '' : `?${new URLSearchParams(example.query)}`;
  const type = typeof example.body === 'string' ? (op.bodyTypes?.[0] ?? 'text/plain') : 'application/json';
  return fetch(`${url}${path}${query}`, {
    method: op.method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(example.body === undefined ? {} : { 'content-type': type }),
      ...example.headers,
    },
    ...(example.body === undefined
      ? {}
      : { body: typeof example.body === 'string' ? example.body : JSON.stringify(example.body) }),
  });
}
