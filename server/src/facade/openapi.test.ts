/** The document: what it says of the operations, and that a strict public linter has nothing against it. */
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { describe, expect, test } from 'vitest';
import { EVENT_TYPES } from '../events/catalogue.ts';
import { TEST_EVENT_TYPE, testEvent } from '../webhooks/test-event.ts';
import { testEventSchema } from './events/schema.ts';
import { OPERATIONS, TAGS } from './facade.ts';
import { openApi } from './openapi.ts';

const document = openApi(OPERATIONS, TAGS, '1.2.3');

describe('the OpenAPI document', () => {
  test('is clean by the strict rules of a public linter', async () => {
    const config = await createConfig({
      extends: ['recommended-strict'],
      rules: {
        // A region is reached where it runs.
        'no-server-example.com': 'off',
      },
    });
    const problems = await lintFromString({ source: JSON.stringify(document), config });
    expect(
      problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer}`),
    ).toEqual([]);
  });

  test('names every operation once, under a tag that it explains', () => {
    const ids = OPERATIONS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(OPERATIONS.map(({ tag }) => tag).filter((tag) => !TAGS.some(({ name }) => name === tag))).toEqual(
      [],
    );
  });

  test('has an example for each operation', () => {
    expect(
      OPERATIONS.filter(({ examples }) => Object.keys(examples).length === 0).map(({ id }) => id),
    ).toEqual([]);
  });

  test('lets a body leave out what has a usual value: no default that a generator would make required', () => {
    expect(JSON.stringify(document)).not.toContain('"default":');
    const { schemas } = document.components as { schemas: Record<string, { required: string[] }> };
    expect(schemas.NewProduct?.required).toEqual(['sku', 'names', 'prices']);
  });

  test('names everything that an endpoint may be sent, and shows it as it is', () => {
    const { webhooks } = document as { webhooks: Record<string, unknown> };
    expect(Object.keys(webhooks)).toEqual([...EVENT_TYPES, TEST_EVENT_TYPE]);
    const sent = testEvent('test-1', 'erp', new Date());
    expect(testEventSchema.parse(sent)).toEqual(sent);
  });

  test('keeps named schemas once and refers to them', () => {
    const text = JSON.stringify(document);
    expect(text).not.toContain('$defs');
    const { schemas } = document.components as { schemas: Record<string, unknown> };
    for (const [, name] of text.matchAll(/#\/components\/schemas\/(\w+)/g))
      expect(schemas).toHaveProperty(name as string);
  });
});
