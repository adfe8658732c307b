import { EventEmitter } from 'node:events';
import { encodeFrame } from '@tallystick/crdt/wire';
import { expect, onTestFinished, test } from 'vitest';
import type { WebSocket } from 'ws';
import { withOthers } from '../http/with-others.ts';
import { Connection } from './connection.ts';

test('what a pass answered goes out before a frame of the same pass is read', () => {
  const socket = Object.assign(new EventEmitter(), { readyState: 1, OPEN: 1, terminate: () => {} });
  const done: string[] = [];
  const connection = new Connection(socket as unknown as WebSocket, {
    frame: () => done.push('frame'),
    closed: () => {},
  });
  onTestFinished(() => connection.end());
  withOthers(() => done.push('answer'));
  socket.emit(
    'message',
    Buffer.from(encodeFrame({ kind: 'refuse', code: 'malformed_frame', message: '' })),
    true,
  );
  expect(done).toEqual(['answer', 'frame']);
});
