/** Taking over, cut off where it hurts: the books have given somebody away, and their word was lost. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Problem } from '@tallystick/store-agent';
import { expect, onTestFinished, test } from 'vitest';
import { Vault } from '../authority/vault.ts';
import { type Arriving, type Copied, ResidentFile } from './resident-file.ts';
import { settleOne, takeOver } from './take-over.ts';

/** Books with people to give away, the way between them and the region included. */
class Books {
  readonly here = new Map<string, Arriving>();
  readonly given = new Set<string>();
  /** Their answer to what is asked next does not arrive. */
  losesAnswer = false;

  constructor(ids: readonly string[]) {
    for (const id of ids)
      this.here.set(id, {
        id,
        version: 3,
        move: 'first',
        client: 'acme',
        personal: { name: `Person ${id}` },
        createdAtMs: 1_000,
        requests: [{ key: `key-${id}`, hash: 'ab'.repeat(32), madeAtMs: 1_000 }],
      });
  }

  async ask(call: object): Promise<unknown> {
    const answer = this.#answer(call as { call: string; items: Copied[] });
    if (!this.losesAnswer || (call as { call: string }).call !== 'resident.moved') return answer;
    this.losesAnswer = false;
    throw new Problem('authority_unreachable', 'cut off');
  }

  #answer({ call, items }: { call: string; items: Copied[] }): unknown {
    if (call === 'resident.moving') return { items: [...this.here.values()].slice(0, 2) };
    for (const { id, version, move } of items)
      if (this.here.get(id)?.version === version && this.here.get(id)?.move === move) {
        this.here.delete(id);
        this.given.add(id);
      }
    return { ids: items.map(({ id }) => id).filter((id) => this.given.has(id)) };
  }
}

function open(keys: readonly Buffer[], folder = mkdtempSync(join(tmpdir(), 'tallystick-arriving-'))) {
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return { folder, file: new ResidentFile(join(folder, 'residents.db'), new Vault(keys)) };
}

test('who was given away is not lost with the word of it, a restart and a new master key later', async () => {
  const [before, after] = [randomBytes(32), randomBytes(32)];
  const books = new Books(['a', 'b', 'c']);
  const ask = (call: object) => books.ask(call);
  const first = open([before]);
  books.losesAnswer = true;
  await expect(takeOver({ file: first.file, ask })).rejects.toThrow('cut off');
  expect([...books.given]).toEqual(['a', 'b']);
  expect(first.file.find('a'), 'of whom the books may still have the word').toBeUndefined();
  first.file.close();

  open([after, before], first.folder).file.close();
  const { file } = open([after], first.folder);
  onTestFinished(() => file.close());
  await settleOne({ file, ask }, 'a');
  const a = {
    version: 3,
    client: 'acme',
    personal: { name: 'Person a' },
    createdAt: '1970-01-01T00:00:01.000Z',
  };
  expect(file.find('a')).toMatchObject(a);
  expect(file.request('key-a')).toEqual({ hash: Buffer.alloc(32, 0xab), id: 'a' });
  await takeOver({ file, ask });
  await settleOne({ file, ask }, 'a');
  expect(['a', 'b', 'c'].map((id) => file.find(id)?.id)).toEqual(['a', 'b', 'c']);
  expect([books.here.size, file.arriving(9)]).toEqual([0, []]);
});

test('a copy of who was changed meanwhile is forgotten and taken anew', async () => {
  const books = new Books(['a']);
  const { file } = open([randomBytes(32)]);
  onTestFinished(() => file.close());
  const changed = { ...(books.here.get('a') as Arriving), version: 4, personal: { name: 'New' } };
  const ask = async (call: object) => {
    const answer = await books.ask(call);
    if ((call as { call: string }).call === 'resident.moving' && books.here.size > 0)
      books.here.set('a', changed);
    return answer;
  };
  await takeOver({ file, ask });
  expect([file.find('a'), file.arriving(9)], 'nothing yet').toEqual([undefined, []]);
  await takeOver({ file, ask });
  expect(file.find('a')).toMatchObject({ version: 4, personal: { name: 'New' } });
});

test('a late word on an older copy takes nothing of a newer one', async () => {
  const books = new Books(['a']);
  const { file } = open([randomBytes(32)]);
  onTestFinished(() => file.close());
  const old = books.here.get('a') as Arriving;
  let answerLate = (_: unknown) => {};
  file.arrive(old);
  const late = settleOne({ file, ask: () => new Promise((resolve) => (answerLate = resolve)) }, 'a');
  // It was changed, or the move was stopped and asked for again.
  for (const newer of [
    { ...old, version: 4 },
    { ...old, move: 'second' },
  ])
    file.arrive(newer);
  answerLate({ ids: [] });
  await late;
  expect(file.arriving(9)).toEqual([{ id: 'a', version: 3, move: 'second' }]);
  books.here.set('a', { ...old, move: 'second' });
  await takeOver({ file, ask: (call) => books.ask(call) });
  expect(file.find('a')).toMatchObject({ version: 3, personal: { name: 'Person a' } });
});
