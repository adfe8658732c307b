import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Agent } from '@tallystick/store-agent';
import { expect, onTestFinished, test } from 'vitest';
import { ANYONE } from '../../access/principal.ts';
import { BatchQueue } from './batch-queue.ts';
import type { NewBatch } from './place-batch.ts';

/** Of an agent that never becomes ready, so that nothing is ever placed. */
function openQueue(): BatchQueue {
  const dataDir = mkdtempSync(join(tmpdir(), 'tallystick-batches-'));
  const agent = { dataDir, unready: () => 'never ready', when: () => new Promise<void>(() => {}) };
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  return new BatchQueue(agent as unknown as Agent, () => Promise.reject(new Error('It was placed.')));
}

/** Of an agent that is ready, and for which no time passes; what it places is told by the test. */
function openReady(place: () => Promise<{ results: [] }>): BatchQueue {
  const dataDir = mkdtempSync(join(tmpdir(), 'tallystick-batches-'));
  const log = { error: () => {} };
  const agent = { dataDir, log, unready: () => undefined, when: () => new Promise(setImmediate) };
  const queue = new BatchQueue(agent as unknown as Agent, place);
  onTestFinished(async () => {
    await queue.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  return queue;
}

const batch = (id: string) => ({ id, body: { orders: [] as NewBatch['orders'] }, isPartial: false });

test('a client’s batch is there for itself and the merchant; its name is taken for others', () => {
  const queue = openQueue();
  const [acme, other] = ['acme', 'other'].map((client) => ({ ...ANYONE, client }));
  if (acme === undefined || other === undefined) throw new Error('Two are needed.');
  queue.add(acme, batch('b0'));
  expect(queue.status(acme, 'b0')).toEqual({ id: 'b0', status: 'running' });
  expect(queue.status(ANYONE, 'b0')).toBeDefined();
  expect(queue.status(other, 'b0')).toBeUndefined();
  expect(() => queue.add(other, batch('b0'))).toThrow('Another batch was sent as b0');
});

test('no more batches wait than can be kept; those that wait are known by their ids', () => {
  const queue = openQueue();
  for (let i = 0; i < 32; i += 1) expect(queue.add(ANYONE, batch(`b${i}`))).toBe(false);
  expect(() => queue.add(ANYONE, batch('one-more'))).toThrow('32 batches wait to be placed already');
  expect(queue.status(ANYONE, 'one-more')).toBeUndefined();
  expect(queue.add(ANYONE, batch('b0'))).toBe(true);
  expect(queue.status(ANYONE, 'b0')).toEqual({ id: 'b0', status: 'running' });
  expect(() => queue.add(ANYONE, { ...batch('b0'), isPartial: true })).toThrow(
    'Another batch was sent as b0',
  );
});

test('what nobody foresaw does not leave a batch waiting until somebody sends another', async () => {
  let asked = 0;
  const queue = openReady(async () => {
    asked += 1;
    if (asked < 3) throw new Error('The disk is full.');
    return { results: [] };
  });
  queue.add(ANYONE, batch('b0'));
  await expect.poll(() => queue.status(ANYONE, 'b0')?.status).toBe('done');
  expect(asked).toBe(3);
});
