/** Carts of one region, opened in another: one document, live at both, and saved where it is kept. */
import type { ReplicaId } from '@tallystick/crdt';
import { setQuantity } from '@tallystick/crdt/cart';
import type { CartFrame } from '@tallystick/crdt/wire';
import type { Served } from '@tallystick/store-agent';
import { until } from '@tallystick/store-agent/test-kit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { readCartToken, signCartToken } from './cart-token.ts';
import { FarCarts } from './far-carts.ts';
import type { FarSocket } from './far-socket.ts';
import { addLamps, CartTown, LAMP, lampsIn, type MadeCart } from './live.test-kit.ts';

let town: CartTown;
let us: Served;

beforeAll(async () => {
  town = await CartTown.start();
  us = await town.addRegion('us');
});

afterEach(() => town.hangUp());

afterAll(() => town.stop());

const lamps = (cart: MadeCart) =>
  town
    .call('GET', `/v1/carts/${cart.id}`, undefined, { authorization: `Bearer ${cart.token}` })
    .then(({ body }) => (body as { lines: { quantity: number }[] }).lines[0]?.quantity ?? 0);

describe('a cart that another region keeps', () => {
  test('is live at both, and REST sees it where it is kept', async () => {
    const cart = await town.makeCart({ lines: [{ sku: 'LAMP', quantity: 1 }] });
    const [here, there] = [await town.synced(cart), await town.synced(cart, undefined, us)];
    expect(lampsIn(there.doc)).toBe(1);
    addLamps(there.doc, 2);
    await until(() => lampsIn(here.doc) === 3, 'here sees there');
    expect(await lamps(cart)).toBe(3);
    setQuantity(here.doc, LAMP, 7);
    await until(() => lampsIn(there.doc) === 7, 'there sees here');
    there.awareness.setLocalStateField('name', 'laptop');
    const nameOf = () => here.awareness.getStates().get(there.doc.clientID)?.name;
    await until(() => nameOf() === 'laptop', 'the laptop is seen');
    await until(() => there.awareness.getStates().get(0)?.lines.LAMP !== undefined, 'its hints come along');
    there.destroy();
    await until(() => nameOf() === undefined, 'the laptop is gone');
  });

  test('comes together again after the link was down, at either region, and after its keeper was restarted', async () => {
    const cart = await town.makeCart();
    const [here, there] = [await town.synced(cart), await town.synced(cart, undefined, us)];
    let expected = 0;
    const add = () => {
      addLamps(here.doc, 1);
      addLamps(there.doc, 2);
      expected += 3;
    };
    const together = () => lampsIn(here.doc) === expected && lampsIn(there.doc) === expected;
    for (const region of [us, town.region]) {
      region.agent.host.parent?.stop();
      await until(() => !there.wsconnected, 'the far client hears that it is cut off');
      add();
      region.agent.host.parent?.start();
      await until(together, 'both have everything');
    }
    await town.restart();
    add();
    await until(together, 'both have everything');
    expect(await lamps(cart)).toBe(expected);
  });

  test('lets nobody in whom its own door would not', async () => {
    const [cart, other] = [await town.makeCart(), await town.makeCart()];
    const closeCode = (id: string, token: string) => {
      const socket = new WebSocket(`${us.url.replace('http', 'ws')}/v1/carts/live/${id}?token=${token}`);
      return new Promise<number>((done) => {
        socket.on('close', (code) => done(code));
        socket.on('unexpected-response', (_, response) => done(response.statusCode ?? 0));
        socket.on('error', () => {});
      });
    };
    expect(await closeCode(cart.id, other.token)).toBe(1008);
    expect(await closeCode('no-such-cart', cart.token)).toBe(1008);
    const forged = { cart: cart.id, mode: 'edit' as const, endsAtMs: Date.now() + 60_000 };
    const secret = new Uint8Array(32);
    expect(await closeCode(cart.id, signCartToken(secret, { ...forged, keeper: 'eu' }))).toBe(1008);
    // Of a region that there is not, of no region, and of this one.
    for (const keeper of ['mars', 'depot', 'us'])
      expect(await closeCode(cart.id, signCartToken(secret, { ...forged, keeper }))).toBe(401);
    const reader = town.provider(cart, undefined, { token: cart.readToken, at: us });
    await until(() => reader.synced, 'a reader reads');
    addLamps(reader.doc, 5);
    const writer = await town.synced(cart, undefined, us);
    addLamps(writer.doc, 1);
    await until(() => lampsIn(reader.doc) === 6, 'the reader sees the edit beside its own');
    expect(await lamps(cart)).toBe(1);
  });

  test('is spoken for by nobody but its region: a link that says otherwise is ended', async () => {
    const cart = await town.makeCart();
    const far = await town.synced(cart, undefined, us);
    let cuts = 0;
    far.on('connection-close', () => {
      cuts += 1;
    });
    const forged = { from: 'eu', to: 'eu', session: 0, isKeeper: true, code: 1013, reason: '' };
    us.agent.host.parent?.send({ kind: 'cart-ended', ...forged } as CartFrame);
    await until(() => cuts > 0, 'the link is ended, and its clients with it');
    addLamps(far.doc, 1);
    await until(async () => (await lamps(cart)) === 1, 'it comes back');
  });

  test('sends away who sends what is no cart, and nobody else', async () => {
    const cart = await town.makeCart();
    const friend = await town.synced(cart, undefined, us);
    const bad = new WebSocket(`${us.url.replace('http', 'ws')}/v1/carts/live/${cart.id}?token=${cart.token}`);
    const closed = new Promise<number>((done) => bad.once('close', done));
    await new Promise((open) => bad.once('open', open));
    bad.send(Uint8Array.from([0, 2, 4, 9, 9, 9, 9]));
    expect(await closed).toBe(1008);
    addLamps(friend.doc, 1);
    await until(async () => (await lamps(cart)) === 1, 'the friend goes on');
  });
});

test('a token of an older form, or of nobody, is none', () => {
  const secret = new Uint8Array(32);
  expect(readCartToken(secret, 'W10.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', 0)).toBeUndefined();
});

describe('sessions over a link that loses, doubles and delays', () => {
  const [eu, usa] = ['eu', 'us'] as [ReplicaId, ReplicaId];

  /** Two regions and what is under way between them, which moves when it is told to. */
  function pair() {
    const underWay: CartFrame[] = [];
    const knocked: FarSocket[] = [];
    const heard: number[] = [];
    const send = (frame: CartFrame) => underWay.push(frame) > 0;
    const keeper = new FarCarts({
      self: eu,
      send,
      knock: (socket) => {
        knocked.push(socket);
        socket.on('message', (bytes: Uint8Array) => heard.push(bytes[0] as number));
      },
    });
    const heardBack: number[] = [];
    const opener = new FarCarts({
      self: usa,
      send,
      knock: (back) => back.on('message', (bytes: Uint8Array) => heardBack.push(bytes[0] as number)),
    });
    const deliver = (frame: CartFrame) => (frame.to === eu ? keeper : opener).heard(frame);
    const flush = () => {
      while (underWay.length > 0) deliver(underWay.shift() as CartFrame);
    };
    const socket = opener.open(eu, 'c', 't') as FarSocket;
    const closed: number[] = [];
    socket.on('close', (code: number) => closed.push(code));
    return { underWay, knocked, heard, heardBack, closed, deliver, flush, socket, keeper, opener };
  }

  test('what comes twice counts once', () => {
    const { underWay, deliver, heard, knocked, socket, closed } = pair();
    for (const byte of [1, 2]) socket.send(Uint8Array.of(byte));
    for (const frame of underWay.splice(0)) for (let i = 0; i < 2; i += 1) deliver(frame);
    expect([heard, knocked.length, closed]).toEqual([[1, 2], 1, []]);
  });

  test('what is lost ends the session at both ends, so that the client comes again', () => {
    const { underWay, flush, heard, socket, closed } = pair();
    flush();
    for (const byte of [1, 2, 3]) socket.send(Uint8Array.of(byte));
    underWay.splice(1, 1);
    flush();
    expect(heard).toEqual([1]);
    expect(closed).toHaveLength(1);
  });

  test('an end that was lost is heard when something is said', () => {
    const { underWay, flush, knocked, socket, closed } = pair();
    flush();
    knocked[0]?.close(1008, 'no');
    underWay.splice(0);
    socket.send(Uint8Array.of(1));
    flush();
    expect(closed).toEqual([1013]);
  });

  test('an opening that was lost is heard when something is said', () => {
    const { underWay, flush, socket, closed } = pair();
    underWay.splice(0);
    socket.send(Uint8Array.of(1));
    flush();
    expect(closed).toEqual([1013]);
  });

  test('a region that is gone, and a link that is down, end all of them', () => {
    const { flush, opener, closed } = pair();
    flush();
    const gone = { from: eu, to: usa, session: 0, isKeeper: true, code: 1013, reason: '' };
    opener.heard({ kind: 'cart-ended', ...gone, from: 'else' as ReplicaId });
    expect(closed).toEqual([]);
    opener.heard({ kind: 'cart-ended', ...gone });
    expect(closed).toEqual([1013]);
    const again = pair();
    again.flush();
    again.opener.cut();
    expect(again.closed).toEqual([1013]);
  });

  test('each may keep carts for the other under the same number', () => {
    const { flush, keeper, socket, heard, heardBack } = pair();
    const back = keeper.open(usa, 'd', 't') as FarSocket;
    flush();
    back.send(Uint8Array.of(9));
    socket.send(Uint8Array.of(1));
    flush();
    expect([heard, heardBack]).toEqual([[1], [9]]);
  });
});
