/**
 * Ten stock clients edit one cart while their lines are cut and the region is killed: all of them end with the
 * same cart, and whatever was heard back was on disk at the moment of the kill.
 */
import { join } from 'node:path';
import type { Sku } from '@tallystick/crdt';
import { addUnits, removeLine, setQuantity } from '@tallystick/crdt/cart';
import { TestRoot } from '@tallystick/store-agent/test-kit';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { CartFile, documentOf } from './cart-file.ts';
import { readLiveFrame } from './frames.ts';
import { cartIn, LAMP, lampsIn } from './live.test-kit.ts';
import { RegionProcess } from './region-process.test-kit.ts';

const DEVICES = 10;
const EDITS = 600;
/** The region is killed after so many of them. */
const KILLS = [200, 400];
const OTHERS = ['MUG', 'BOWL', 'JUG'] as Sku[];

/** Numbers that are the same each time. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** What came back from the region: by client, how far. */
const heard = new Map<number, number>();

class ListeningSocket extends WebSocket {
  constructor(url: string, protocols?: string[]) {
    super(url, protocols);
    this.on('message', (data) => {
      const frame = readLiveFrame(new Uint8Array(data as ArrayBuffer));
      if (frame.kind !== 'update') return;
      for (const [client, clock] of Y.parseUpdateMeta(frame.update).to) {
        heard.set(client, Math.max(heard.get(client) ?? 0, clock));
      }
    });
  }
}

/** As long as the test may take: a machine with much to do starts a process in its own time. */
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
}

test('nothing that was heard back is lost, whatever is cut and killed', { timeout: 180_000 }, async () => {
  const pick = numbers(11);
  // A second try begins with nothing heard, as the first did.
  heard.clear();
  const root = new TestRoot();
  await root.start();
  const folder = root.addReplica('eu', 'region', 'authority', root.url, null);
  const region = new RegionProcess(folder);
  const providers: WebsocketProvider[] = [];
  onTestFinished(async () => {
    for (const provider of providers) provider.destroy();
    await region.kill();
    await root.stop();
  });
  await region.start();
  const made = await (await fetch(`${region.url}/v1/carts`, { method: 'POST' })).json();
  const { cart, token } = made as { cart: { id: string }; token: string };
  const docs = Array.from({ length: DEVICES }, () => new Y.Doc());
  const address = `${region.url.replace('http', 'ws')}/v1/carts/live`;
  for (const doc of docs) {
    const options = { params: { token }, WebSocketPolyfill: ListeningSocket as never, disableBc: true };
    providers.push(new WebsocketProvider(address, cart.id, doc, { ...options, maxBackoffTime: 200 }));
  }
  await until(() => providers.every(({ synced }) => synced));

  let added = 0;
  let heardAtKills = 0;
  for (let edit = 1; edit <= EDITS; edit += 1) {
    const at = pick(DEVICES);
    const doc = docs[at] as Y.Doc;
    const other = OTHERS[pick(OTHERS.length)] as Sku;
    const what = pick(10);
    if (what < 6) {
      addUnits(doc, LAMP, 1 + what);
      added += 1 + what;
    } else if (what < 8) setQuantity(doc, other, pick(9));
    else if (what < 9) removeLine(doc, other);
    else if (pick(2) === 0) providers[at]?.disconnect();
    else providers[at]?.connect();
    await new Promise(setImmediate);
    if (!KILLS.includes(edit)) continue;
    // However slow the region is: a kill that comes before anything was heard proves nothing.
    await until(() => heard.size > DEVICES / 2);
    await region.kill();
    const before = new Map(heard);
    heardAtKills += before.size;
    const file = new CartFile(join(folder, 'carts.db'));
    const stored = file.load(cart.id);
    file.close();
    const saved = documentOf(stored as NonNullable<typeof stored>);
    const short = [...before].filter(([client, clock]) => Y.getState(saved.store, client) < clock);
    expect(short).toEqual([]);
    await region.start();
  }
  expect(heardAtKills).toBeGreaterThan(DEVICES);

  for (const provider of providers) provider.connect();
  const whole = (doc: Y.Doc) => JSON.stringify(cartIn(doc));
  await until(() => docs.every((doc) => lampsIn(doc) === added && whole(doc) === whole(docs[0] as Y.Doc)));
  const headers = { authorization: `Bearer ${token}` };
  const read = await (await fetch(`${region.url}/v1/carts/${cart.id}`, { headers })).json();
  expect((read as { lines: object[] }).lines).toMatchObject(cartIn(docs[0] as Y.Doc).lines);
});
