/** Live carts with unmodified y-websocket clients, against a real region. */
import { fieldsOf, setFields, setQuantity, slipsOf } from '@tallystick/crdt/cart';
import { until } from '@tallystick/store-agent/test-kit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { awarenessFrame, updateFrame } from './frames.ts';
import { addLamps, CartTown, cartIn, LAMP, lampsIn, type MadeCart } from './live.test-kit.ts';

let town: CartTown;

beforeAll(async () => {
  town = await CartTown.start();
});

afterEach(() => town.hangUp());

afterAll(() => town.stop());

const lamps = (cart: MadeCart) =>
  town
    .call('GET', `/v1/carts/${cart.id}`, undefined, { authorization: `Bearer ${cart.token}` })
    .then(({ body }) => (body as { lines: { quantity: number }[] }).lines[0]?.quantity ?? 0);

describe('stock clients', () => {
  test('two devices see each other, and REST sees both', async () => {
    const cart = await town.makeCart();
    const [phone, laptop] = [await town.synced(cart), await town.synced(cart)];
    addLamps(phone.doc, 2);
    addLamps(laptop.doc, 3);
    setFields(phone.doc, { note: 'ring twice' });
    await until(() => lampsIn(phone.doc) === 5 && lampsIn(laptop.doc) === 5, 'both have five');
    await until(() => cartIn(laptop.doc).note === 'ring twice', 'the note is there');
    expect(await lamps(cart)).toBe(5);
  });

  test('what REST does is seen by a client at once', async () => {
    const cart = await town.makeCart({ lines: [{ sku: 'LAMP', quantity: 1 }] });
    const { doc } = await town.synced(cart);
    expect(lampsIn(doc)).toBe(1);
    const headers = { authorization: `Bearer ${cart.token}` };
    await town.call('PUT', `/v1/carts/${cart.id}/lines/LAMP`, { quantity: 7 }, headers);
    await until(() => lampsIn(doc) === 7, 'the client has seven');
  });

  test('a page with plain yjs edits a cart', async () => {
    const cart = await town.makeCart();
    const { doc } = await town.synced(cart);
    // A new cart is empty: whoever had begun it would be one more writer to look through at each edit.
    expect(Y.encodeStateAsUpdate(doc)).toEqual(Y.encodeStateAsUpdate(new Y.Doc()));
    const slip = new Y.Map();
    doc.getMap('lines').set(String(doc.clientID), slip);
    slip.set('LAMP', { added: 1 });
    await until(async () => (await lamps(cart)) === 1, 'curl sees it');
    expect([...doc.store.clients.keys()]).toEqual([doc.clientID]);
  });

  test('an edit comes back to its sender, and then it is on disk', async () => {
    const cart = await town.makeCart();
    const socket = new WebSocket(
      `${town.region.url.replace('http', 'ws')}/v1/carts/live/${cart.id}?token=${cart.token}`,
    );
    const doc = new Y.Doc();
    addLamps(doc, 4);
    const update = Y.encodeStateAsUpdate(doc);
    const heard: Buffer[] = [];
    socket.on('message', (data) => heard.push(data as Buffer));
    await new Promise((open) => socket.once('open', open));
    socket.send(updateFrame(update));
    await until(() => heard.some((frame) => frame.equals(updateFrame(update))), 'its own edit comes back');
    // Sent again, it is nothing new, and is confirmed all the same.
    const before = heard.length;
    socket.send(updateFrame(update));
    await until(() => heard.length > before, 'it is confirmed again');
    socket.terminate();
    await town.restart();
    expect(await lamps(cart)).toBe(4);
  });

  test('devices see who is there, also after one left', async () => {
    const cart = await town.makeCart();
    const [one, two] = [await town.synced(cart), await town.synced(cart)];
    one.awareness.setLocalStateField('name', 'phone');
    await until(() => two.awareness.getStates().get(one.doc.clientID)?.name === 'phone', 'the phone is seen');
    one.destroy();
    await until(() => !two.awareness.getStates().has(one.doc.clientID), 'it is gone');
  });

  test('a read-only token sees everything and changes nothing', async () => {
    const cart = await town.makeCart({ lines: [{ sku: 'LAMP', quantity: 2 }] });
    const reader = town.provider(cart, new Y.Doc(), { token: cart.readToken });
    const writer = await town.synced(cart);
    await until(() => reader.synced && lampsIn(reader.doc) === 2, 'the reader sees it');
    addLamps(reader.doc, 5);
    addLamps(writer.doc, 1);
    await until(() => lampsIn(reader.doc) === 8, 'the reader sees the other edit beside its own');
    expect(await lamps(cart)).toBe(3);
  });

  test('devices that edit while the region is away lose nothing', async () => {
    const cart = await town.makeCart();
    const providers = await Promise.all(Array.from({ length: 3 }, () => town.synced(cart)));
    for (const { doc } of providers) addLamps(doc, 1);
    await town.restart();
    for (const { doc } of providers) addLamps(doc, 2);
    await until(() => providers.every(({ doc }) => lampsIn(doc) === 9), 'all have nine');
    expect(await lamps(cart)).toBe(9);
  });
});

describe('the door', () => {
  async function knock(path: string, protocols: string[] = []): Promise<number> {
    const socket = new WebSocket(`${town.region.url.replace('http', 'ws')}${path}`, protocols);
    return new Promise((done) => {
      socket.on('open', () => {
        socket.terminate();
        done(101);
      });
      socket.on('unexpected-response', (_request, response) => {
        response.resume();
        done(response.statusCode ?? 0);
      });
      socket.on('error', () => {});
    });
  }

  test('lets nobody in without the token of this very cart', async () => {
    const [cart, other] = [await town.makeCart(), await town.makeCart()];
    const at = `/v1/carts/live/${cart.id}`;
    expect(await knock(at)).toBe(401);
    expect(await knock(`${at}?token=nonsense`)).toBe(401);
    // Not the last letter of its signature, of which some bits say nothing.
    const changed = cart.token.at(-2) === 'A' ? 'B' : 'A';
    expect(await knock(`${at}?token=${cart.token.slice(0, -2)}${changed}${cart.token.at(-1)}`)).toBe(401);
    expect(await knock(`${at}?token=${other.token}`)).toBe(403);
    expect(await knock('/v1/carts/live/%E0%A4%A')).toBe(400);
    expect(await knock(`${at}?token=${cart.token}`)).toBe(101);
    expect(await knock(at, [`yauth-${cart.token}`])).toBe(101);
    expect(await knock('/v1/carts/dead')).toBe(404);
  });
});

describe('hostile updates', () => {
  /** An update that a document makes when it is written to. */
  function updateOf(write: (doc: Y.Doc) => void, client = 7): Uint8Array {
    const doc = new Y.Doc();
    doc.clientID = client;
    write(doc);
    return Y.encodeStateAsUpdate(doc);
  }
  function deep(levels: number): unknown {
    let value: unknown = 1;
    for (let i = 0; i < levels; i += 1) value = [value];
    return value;
  }
  const cases: [string, () => Uint8Array][] = [
    ['bytes that are no update', () => updateFrame(Uint8Array.from([9, 9, 9, 9, 255, 255]))],
    ['a frame of another protocol', () => Uint8Array.from([77, 1, 2])],
    ['an empty frame', () => new Uint8Array()],
    [
      'a claim of a billion parts',
      () => updateFrame(Uint8Array.from([1, 0x80, 0xa8, 0xd6, 0xb9, 0x07, 1, 0])),
    ],
    [
      'a note of a megabyte',
      () => updateFrame(updateOf((doc) => fieldsOf(doc).set('note', 'x'.repeat(400_000)))),
    ],
    ['a note that is a tree', () => updateFrame(updateOf((doc) => fieldsOf(doc).set('note', deep(500))))],
    ['an unknown field', () => updateFrame(updateOf((doc) => fieldsOf(doc).set('admin', true)))],
    ['another root', () => updateFrame(updateOf((doc) => doc.getText('essay').insert(0, 'long')))],
    [
      'text in a map of the cart',
      () => updateFrame(updateOf((doc) => doc.getText('lines').insert(0, 'long'))),
    ],
    [
      'a whole document as a note',
      () => updateFrame(updateOf((doc) => fieldsOf(doc).set('note', new Y.Doc()))),
    ],
    ['a word of the region', () => updateFrame(updateOf((doc) => fieldsOf(doc).set('order', 'o-1')))],
    ['another version', () => updateFrame(updateOf((doc) => fieldsOf(doc).set('v', 2), 2 ** 32 - 1))],
    ['a slip in another’s name', () => updateFrame(updateOf((doc) => slipsOf(doc).set('8', new Y.Map())))],
    [
      'minus one lamp',
      () => updateFrame(updateOf((doc) => slipsOf(doc).set('7', new Y.Map([['LAMP', { added: -1 }]])))),
    ],
    [
      'a slip of ten thousand SKUs',
      () =>
        updateFrame(
          updateOf((doc) =>
            slipsOf(doc).set(
              '7',
              new Y.Map(Array.from({ length: 10_000 }, (_, i) => [`S${i}`, { added: 1 }] as const)),
            ),
          ),
        ),
    ],
    ['a presence that is no JSON', () => awarenessFrame([{ client: 7, clock: 1, state: '{' }])],
  ];

  test.each(cases)('%s: refused, and nobody else is disturbed', async (_, bytes) => {
    const cart = await town.makeCart();
    const friend = await town.synced(cart);
    let isDisturbed = false;
    friend.on('connection-close', () => {
      isDisturbed = true;
    });
    const socket = new WebSocket(
      `${town.region.url.replace('http', 'ws')}/v1/carts/live/${cart.id}?token=${cart.token}`,
    );
    const closed = new Promise<number>((done) => socket.once('close', done));
    await new Promise((open) => socket.once('open', open));
    socket.send(bytes());
    expect(await closed).toBe(1008);
    addLamps(friend.doc, 2);
    await until(async () => (await lamps(cart)) === 2, 'the friend’s edit is there');
    expect(cartIn(friend.doc)).toEqual({ lines: [{ sku: LAMP, quantity: 2 }] });
    expect(isDisturbed).toBe(false);
  });

  test('an edit in the name of the region’s own client is refused', async () => {
    const cart = await town.makeCart({ lines: [{ sku: 'LAMP', quantity: 1 }] });
    const friend = await town.synced(cart);
    const [name = ''] = [...slipsOf(friend.doc).keys()];
    const forger = new Y.Doc();
    Y.applyUpdate(forger, Y.encodeStateAsUpdate(friend.doc));
    forger.clientID = Number(name);
    const before = Y.encodeStateVector(forger);
    setQuantity(forger, LAMP, 99);
    const socket = new WebSocket(
      `${town.region.url.replace('http', 'ws')}/v1/carts/live/${cart.id}?token=${cart.token}`,
    );
    const closed = new Promise<number>((done) => socket.once('close', done));
    await new Promise((open) => socket.once('open', open));
    socket.send(updateFrame(Y.encodeStateAsUpdate(forger, before)));
    expect(await closed).toBe(1008);
    expect(await lamps(cart)).toBe(1);
    expect(lampsIn(friend.doc)).toBe(1);
  });

  test('ten thousand tiny updates slow down whoever sends them, and nobody else', async () => {
    const cart = await town.makeCart();
    const friend = await town.synced(cart);
    const socket = new WebSocket(
      `${town.region.url.replace('http', 'ws')}/v1/carts/live/${cart.id}?token=${cart.token}`,
    );
    await new Promise((open) => socket.once('open', open));
    const doc = new Y.Doc();
    doc.on('update', (update) => socket.send(updateFrame(update)));
    for (let i = 1; i <= 10_000; i += 1) setQuantity(doc, LAMP, i);
    addLamps(friend.doc, 1);
    await until(async () => (await lamps(cart)) > 0, 'an edit is there');
    expect((await town.call('GET', '/healthz')).status).toBe(200);
    socket.terminate();
  });
});
