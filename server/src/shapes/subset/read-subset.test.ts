/** A subset asked for by POST: what is read of its body, and what may be passed on. */
import { Problem } from '@tallystick/store-agent';
import { expect, test } from 'vitest';
import { readSubsetBody, subsetBody } from './read-subset.ts';

const deep = JSON.parse(`${'['.repeat(10_000)}${']'.repeat(10_000)}`) as unknown;

test('what a body says beside what is asked for goes no further, however deep it is', () => {
  const body = { where: 'kind = $1', params: { '1': 'region' }, order_by: 'id', limit: 10, lines: deep };
  expect(JSON.parse(JSON.stringify(subsetBody.parse(body)))).toEqual({
    where: 'kind = $1',
    params: { '1': 'region' },
    order_by: 'id',
    limit: 10,
  });
  expect(readSubsetBody(body)).toMatchObject({ where: 'kind = $1', params: { '1': 'region' }, limit: 10 });
  expect(readSubsetBody({ subset: { ...body, subset: deep } })).toMatchObject({ limit: 10 });
});

test('a parameter that is no plain value is refused', () => {
  expect(() => readSubsetBody({ where: 'kind = $1', params: { '1': deep } })).toThrow(Problem);
});
