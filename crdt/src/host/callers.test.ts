import { expect, test } from 'vitest';
import { type Answer, refuse } from '../replica/command.ts';
import { Callers } from './callers.ts';

const said = (code: 'read_only' | 'stopping'): Answer => refuse(code, code);

test('each caller hears one answer, the first', () => {
  const callers = new Callers();
  const heard: unknown[] = [];
  for (const ticket of [1, 2]) callers.add(ticket, (answer) => heard.push([ticket, answer]));
  callers.tell(2, said('read_only'));
  callers.tell(2, said('stopping'));
  callers.tell(3, said('stopping'));
  expect(heard).toEqual([[2, said('read_only')]]);
});

test('all who still wait are told at once, and one who asks again meanwhile is not among them', () => {
  const callers = new Callers();
  const heard: number[] = [];
  callers.add(1, () => {
    heard.push(1);
    callers.add(3, () => heard.push(3));
  });
  callers.add(2, () => heard.push(2));
  callers.tellAll(said('stopping'));
  expect(heard).toEqual([1, 2]);
  callers.tellAll(said('stopping'));
  expect(heard).toEqual([1, 2, 3]);
});
