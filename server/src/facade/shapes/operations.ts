/** Following tables live: the shape protocol of Electric. */
import { z } from 'zod';
import { owned } from '../../access/scopes.ts';
import { shapeQuery } from '../../shapes/door/ask.ts';
import { subsetBody } from '../../shapes/subset/read-subset.ts';
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

const subsetRows = z.object({ metadata: z.record(z.string(), z.unknown()), data: z.array(shapeMessage) });

const subsetPart = (description: string) => z.string().optional().meta({ description });

/** What a subset asks for, which is read beside all that is ignored. */
const shapeOrSubsetQuery = shapeQuery.extend({
  subset__where: subsetPart('Rows as they are now, beside what is followed: which, in the words of where.'),
  subset__params: subsetPart('The parameters of subset__where by number, as a JSON object.'),
  subset__order_by: subsetPart('Columns, each with asc or desc and nulls first or last.'),
  subset__limit: subsetPart('So many rows at most; needs subset__order_by.'),
  subset__offset: subsetPart('Without the first so many; needs subset__order_by.'),
});

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
  query: shapeOrSubsetQuery,
  cacheControl: 'no-store',
  needs: 'authority',
  etag: true,
  staysOpen: true,
  routeClass: 'read',
  answers: {
    200: {
      description:
        'Rows and changes, oldest first; the headers say how to go on. With subset__ parameters an object with the rows, and ' +
        'the moment that they are of; with live_sse a stream of events, each of which has one message as its data.',
      body: z.union([z.array(shapeMessage), subsetRows]),
      alsoAs: { 'text/event-stream': z.string() },
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

export const readShapeSubset = operation({
  id: 'readShapeSubset',
  tag: 'Shapes',
  access: owned('shapes:read'),
  method: 'POST',
  path: '/v1/shape',
  summary: 'Read some rows of a shape',
  description:
    'Rows as they are now, of a shape of which only changes are followed (`log=changes_only`): what `requestSnapshot` of ' +
    '`@electric-sql/client` asks for with `method: "POST"`. By GET it is asked for with `subset__where` and the like, as ' +
    'long as the URL is not too long. Whose rows they may be is as it is for the shape.',
  query: shapeQuery,
  body: subsetBody,
  isBodyOptional: true,
  cacheControl: 'no-store',
  needs: 'authority',
  staysOpen: true,
  routeClass: 'read',
  answers: {
    200: {
      description: 'The rows, and the moment that they are of.',
      body: subsetRows,
    },
    409: {
      description:
        'Ask again with the handle of the header electric-handle; what is followed is to be read anew.',
      body: z.array(shapeMessage),
    },
  },
  problems: ['authority_unreachable'],
  examples: {
    regions: {
      summary: 'Some of the replicas',
      query: { table: 'replicas', offset: 'now', log: 'changes_only' },
      body: { where: 'kind = $1', params: { '1': 'region' }, order_by: 'id', limit: 10 },
      status: 200,
      answer: { data: [{ value: { id: 'eu', kind: 'region' } }] },
    },
    unordered: {
      summary: 'The first ten of no order',
      query: { table: 'replicas', offset: 'now', log: 'changes_only' },
      body: { limit: 10 },
      status: 400,
    },
  },
});

export const SHAPE_OPERATIONS: readonly Operation[] = [getShape, readShapeSubset];
