/** What endpoints are sent, as the OpenAPI document says it: each event with its schema, and the one that tries an endpoint. */
import type { z } from 'zod';
import { EVENT_TYPES, EVENTS, type EventType } from '../../events/catalogue.ts';
import { exampleEvent } from '../../events/examples.ts';
import { TEST_EVENT_TYPE, testEvent } from '../../webhooks/test-event.ts';
import { eventSchema, testEventSchema } from './schema.ts';

type Json = Record<string, unknown>;
type SchemaOf = (schema: z.ZodType) => Json;

export function webhooksJson(schemaOf: SchemaOf): Json {
  const test = {
    summary: 'Somebody wants to know whether the endpoint answers. One attempt, whatever types it asked for.',
    description: 'It is no event of the feed.',
    schema: schemaOf(testEventSchema),
    value: testEvent('test-0198f0a2-7c1e-7a55-8b8e-3f7d5a4c9e03', 'erp', new Date('2026-05-04T10:00:01Z')),
  };
  return Object.fromEntries([
    ...EVENT_TYPES.map((type) => [type, hookJson(type, eventJson(type, schemaOf))]),
    [TEST_EVENT_TYPE, hookJson(TEST_EVENT_TYPE, test)],
  ]);
}

interface Sent {
  readonly summary: string;
  readonly description: string;
  readonly schema: Json;
  readonly value: Json;
}

/** Readers of the feed get the same object. */
function eventJson(type: EventType, schemaOf: SchemaOf): Sent {
  const { version, summary, data, example } = EVENTS[type];
  const own = { type: 'object', properties: { type: { const: type }, data: schemaOf(data) } };
  return {
    summary,
    description: `Version ${version} of its data.`,
    schema: { allOf: [schemaOf(eventSchema), own] },
    value: { ...exampleEvent(type), data: example },
  };
}

function hookJson(type: string, { summary, description, schema, value }: Sent): Json {
  return {
    post: {
      operationId: `on-${type}`,
      tags: ['Webhooks'],
      summary,
      description: `${description} The headers are those of Standard Webhooks.`,
      parameters: [
        header('webhook-id', 'The id of the event; the same with each attempt.'),
        header('webhook-timestamp', 'Seconds since 1970 of this attempt.'),
        header(
          'webhook-signature',
          '`v1,` and an HMAC-SHA256 over id, timestamp and body; one for each secret, with a space between.',
        ),
      ],
      requestBody: {
        required: true,
        content: { 'application/json': { schema, examples: { example: { summary, value } } } },
      },
      // Whoever calls signs; nobody signs in.
      security: [],
      responses: {
        '2XX': { description: 'Taken, where the answer ends within 15 seconds.' },
        '3XX': { description: 'Not taken, and not followed: it is tried again at the same address.' },
        '410': { description: 'Never again: the endpoint is disabled.' },
        '4XX': { description: 'Not taken: it is tried again.' },
        '5XX': { description: 'Not taken: it is tried again.' },
      },
    },
  };
}

function header(name: string, description: string): Json {
  return { name, in: 'header', required: true, description, schema: { type: 'string' } };
}
