/** Following tables live: the shape protocol of Electric. */
import { z } from 'zod';
import { owned } from '../../access/scopes.ts';
import { shapeQuery } from '../../shapes/door/ask.ts';
import { type Operation, operation } from '../operation.ts';

const shapeMessage = z
  .object({
    key: z.string().optional().meta({ description: 'The relation and the key of the row.' }),
    value: z.record(z.string(), z.string().nullable()).optional().meta({
      description: 'Columns as Postgres writes them.',
    }),
    old_value: z.record(z.string(), z.string().nullable()).optional(),
    headers: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'ShapeMessage' });

export const getShape = operation({
  id: 'getShape',
  tag: 'Shapes',
  access: owned('shapes:read'),
  method: 'GET',
  path: '/v1/shape',
  summary: 'Follow the rows of a table',
  description:
    'The shape protocol of Electric: made for its client, `@electric-sql/client`, which reads what is there and ' +
    'then each change as it is committed. Each table wants its own scope beside `shapes:read`, and a business ' +
    'client is shown its own orders alone, whatever it asks for. An answer with status 409 says that all is to be ' +
    'read anew.',
  query: shapeQuery,
  cacheControl: 'no-store',
  needs: 'authority',
  etag: true,
  staysOpen: true,
  routeClass: 'read',
  answers: {
    200: {
      description: 'Rows and changes, oldest first; the headers say how to go on.',
      body: z.array(shapeMessage),
    },
    409: {
      description: 'Read it anew, with the handle of the header electric-handle.',
      body: z.array(shapeMessage),
    },
  },
  problems: ['authority_unreachable'],
  examples: {
    replicas: { summary: 'Who there is', query: { table: 'replicas', offset: '-1' }, status: 200 },
    unknown: { summary: 'A table that is not shown', query: { table: 'people', offset: '-1' }, status: 400 },
  },
});

export const SHAPE_OPERATIONS: readonly Operation[] = [getShape];
