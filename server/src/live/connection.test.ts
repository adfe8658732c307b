/** Connections: whoever asks for much work is slowed down for it, and one that cannot begin leaves nothing behind. */
import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sku } from '@tallystick/crdt';
import { addUnits } from '@tallystick/crdt/cart';
import { createLog, JournalError, withOthers } from '@tallystick/store-agent';
import { expect, onTestFinished, test } from 'vitest';
import * as Y from 'yjs';
import { TokenBuckets } from '../facade/limits/token-buckets.ts';
import { CartFile } from './cart-file.ts';
import { Carts } from './carts.ts';
import { Connection } from './connection.ts';
import { askFrame, updateFrame } from './frames.ts';
import { Hints } from './hints.ts';
import type { LiveCart } from './live-cart.ts';
import type { LiveSocket } from './paced.ts';

class Socket extends EventEmitter {
  readonly readyState = 1;
  readonly bufferedAmount = 0;
  readonly heard: Uint8Array[] = [];
  isPaused = false;

  send(bytes: Uint8Array): void {
    this.heard.push(bytes);
  }

  pause(): void {
    this.isPaused = true;
  }
}

function open(write: (doc: Y.Doc) => void) {
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-connection-'));
  const nowMs = () => 0;
  const file = new CartFile(join(folder, 'carts.db'));
  const carts = new Carts({ file, log: createLog('eu', 'silent'), regionClient: 1, nowMs });
  onTestFinished(() => {
    carts.close();
    rmSync(folder, { recursive: true, force: true });
  });
  carts.create('c', write);
  const cart = carts.find('c') as LiveCart;
  const hints = new Hints(() => cart);
  const buckets = new TokenBuckets({ perSecond: 10, burst: 100 });
  const connect = (at: LiveCart) => {
    const socket = new Socket();
    const paces = [{ buckets, name: 'c' }];
    new Connection(socket as unknown as LiveSocket, { carts, cart: at, hints, mayEdit: true, paces, nowMs });
    return socket;
  };
  return { cart, connect };
}

test('whoever has a large cart sent to it again and again is read later', () => {
  const large = open((doc) => {
    for (let i = 0; i < 500; i += 1) addUnits(doc, `${i}-${'X'.repeat(50)}` as Sku, 1);
  });
  const small = open(() => {});
  const askedOf = ({ cart, connect }: typeof small) => {
    const socket = connect(cart);
    const greetings = socket.heard.length;
    for (let i = 0; i < 50; i += 1) socket.emit('message', askFrame(Uint8Array.from([0])), true);
    return { answers: socket.heard.length - greetings, isPaused: socket.isPaused };
  };
  expect(askedOf(small)).toEqual({ answers: 50, isPaused: false });
  const { answers, isPaused } = askedOf(large);
  expect(answers).toBeLessThan(20);
  expect(isPaused).toBe(true);
});

test('one that cannot read its cart is not among those who hear of it', () => {
  const { cart, connect } = open(() => {});
  const broken = Object.create(cart, {
    doc: {
      get: () => {
        throw new JournalError('unsafe', 'the disk is gone');
      },
    },
  }) as LiveCart;
  expect(() => connect(broken)).toThrow(JournalError);
  expect(cart.listeners.size).toBe(0);
});

test('what others read in the same pass is answered before a message is looked at', () => {
  const { cart, connect } = open(() => {});
  const socket = connect(cart);
  const greetings = socket.heard.length;
  let saidBefore: number | undefined;
  withOthers(() => {
    saidBefore = socket.heard.length - greetings;
  });
  socket.emit('message', askFrame(Uint8Array.from([0])), true);
  expect(saidBefore).toBe(0);
  expect(socket.heard.length - greetings).toBe(1);
});

test('a client that lacks itself what it builds on is asked again at leisure, and heard all the same', () => {
  const { cart, connect } = open(() => {});
  const socket = connect(cart);
  const device = new Y.Doc();
  addUnits(device, 'LAMP' as Sku, 1);
  const before = Y.encodeStateVector(device);
  addUnits(device, 'BULB' as Sku, 1);
  const second = updateFrame(Y.encodeStateAsUpdate(device, before));
  const greetings = socket.heard.length;
  socket.emit('message', second, true);
  expect(socket.heard.length - greetings, 'what is missing is asked for').toBe(1);
  expect(socket.isPaused).toBe(false);
  socket.emit('message', second, true);
  expect(socket.isPaused, 'a second answer that brings nothing is paid for').toBe(false);
  socket.emit('message', second, true);
  expect(socket.isPaused).toBe(true);
});
