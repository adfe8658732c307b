/** The OpenAPI 3.1 document, made from the operations and the schemas that check their requests. */
import { type ErrorCode, errorKind } from '@tallystick/crdt/wire';
import { z } from 'zod';
import { SCOPES } from '../access/scopes.ts';
import { webhooksJson } from './events/webhooks-json.ts';
import {
  type AnswerHeader,
  type AnswerSpec,
  type Example,
  type Needs,
  type Operation,
  problemsOf,
} from './operation.ts';
import { problemSchema } from './problem-schema.ts';

type Json = Record<string, unknown>;

export interface Tag {
  readonly name: string;
  readonly description: string;
}

const HEADERS: Record<AnswerHeader, string> = {
  etag: 'The version of what is shown: send it as If-None-Match or If-Match.',
  location: 'Where what was made can be read.',
  link: 'The next page, as rel="next".',
  'idempotent-replayed': '`true` where this is the first answer to the same request, again.',
  'preference-applied': 'Which wish of the Prefer header was followed.',
  'retry-after': 'Seconds after which to ask again.',
};

const OAUTH2 = {
  type: 'oauth2',
  description:
    'Programs get short-lived tokens for the id and secret of their credential. The roles of credentials are sets of these scopes.',
  flows: { clientCredentials: { tokenUrl: '/oauth/token', scopes: SCOPES } },
} as const;

/** What everybody who calls over a line that may be cut wants to know of a call. */
const NEEDS: Readonly<Record<Needs, string>> = {
  nobody: 'This region answers it alone, whoever else can be reached.',
  authority: 'It needs the authority: 503 while that cannot be reached.',
  keeper: 'It needs the keeper of the place: 503 while that cannot be reached.',
  owner: 'It needs the replica that owns it: 503 while that cannot be reached.',
};

/** @returns the document as plain JSON, with its schemas under `components`. */
export function openApi(operations: readonly Operation[], tags: readonly Tag[], version: string): Json {
  const components = new Components();
  const paths: Record<string, Json> = {};
  for (const op of operations) {
    const path = paths[op.path] ?? {};
    path[op.method.toLowerCase()] = operationJson(op, components);
    paths[op.path] = path;
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Tallystick',
      version,
      summary: 'Stock and orders that are never sold twice.',
      description:
        'Every change is safe to repeat: send your own id or an Idempotency-Key, and a repeat gets the first answer. ' +
        'Errors are problem details (RFC 9457) with a stable `code`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'This region.' }],
    tags,
    paths,
    webhooks: webhooksJson((schema) => components.of(schema, 'output')),
    components: { schemas: components.schemas, securitySchemes: { oauth2: OAUTH2 } },
  };
}

function operationJson(op: Operation, components: Components): Json {
  return {
    operationId: op.id,
    tags: [op.tag],
    summary: op.summary,
    description: [op.description, NEEDS[op.needs]].filter(Boolean).join(' '),
    parameters: [
      ...parameters('path', op.params, components),
      ...parameters('query', op.query, components),
      ...headerParameters(op),
    ],
    ...requestBody(op, components),
    responses: responses(op, components),
    'x-needs': op.needs,
    ...(op.givesSecret === true ? { 'x-gives-secret': true } : {}),
    ...(op.access === 'public'
      ? { security: [] }
      : { security: [{ oauth2: [op.access.scope] }], 'x-sees': op.access.sees }),
  };
}

function parameters(place: 'path' | 'query', schema: z.ZodType | undefined, components: Components): Json[] {
  if (schema === undefined) return [];
  const { properties, required } = components.inline(schema) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties ?? {}).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    required: place === 'path' || (required?.includes(name) ?? false),
    ...(description === undefined ? {} : { description }),
    schema: rest,
  }));
}

function headerParameters(op: Operation): Json[] {
  const header = (name: string, required: boolean, description: string) => ({
    name,
    in: 'header',
    required,
    description,
    schema: { type: 'string', minLength: 1, maxLength: 200 },
  });
  const text = 'A name of your own for this request: a repeat under the same name gets the first answer.';
  return [
    ...(op.idempotency === undefined
      ? []
      : [
          header(
            'Idempotency-Key',
            false,
            op.idempotency === 'orBodyId' ? `${text} Needed unless the body has an id.` : text,
          ),
        ]),
    ...(op.isAsyncOffered === true
      ? [header('Prefer', false, '`respond-async`: hear at once that it was taken on, and ask later.')]
      : []),
    ...(op.ifMatch === undefined
      ? []
      : [header('If-Match', op.ifMatch === 'needed', 'The ETag of the version that is changed.')]),
    ...(op.etag === true
      ? [header('If-None-Match', false, 'The ETag that you have: unchanged is 304.')]
      : []),
  ];
}

function requestBody(op: Operation, components: Components): Json {
  if (op.body === undefined && op.bodyTypes === undefined) return {};
  const schema = op.body === undefined ? { type: 'string' } : components.of(op.body, 'input');
  const examples = examplesOf(op, (example) => example.body);
  const content = { schema, ...(Object.keys(examples).length === 0 ? {} : { examples }) };
  const types = op.bodyTypes ?? ['application/json'];
  return {
    requestBody: {
      required: op.isBodyOptional !== true,
      content: Object.fromEntries(types.map((type) => [type, content])),
    },
  };
}

function examplesOf(op: Operation, pick: (example: Example) => unknown): Json {
  return Object.fromEntries(
    Object.entries(op.examples)
      .filter(([, example]) => pick(example) !== undefined && example.status < 400)
      .map(([name, example]) => [name, { summary: example.summary, value: pick(example) }]),
  );
}

function responses(op: Operation, components: Components): Json {
  const all: Json = {};
  for (const [status, spec] of Object.entries(op.answers)) all[status] = answerJson(spec, components);
  if (op.etag === true) all['304'] = { description: 'Unchanged since the ETag that was sent.' };
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of problemsOf(op)) {
    const { status } = errorKind(code);
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  for (const [status, codes] of [...byStatus].sort(([a], [b]) => a - b)) {
    const says = codes.map((code) => `\`${code}\`: ${errorKind(code).sentence}`).join('\n');
    all[String(status)] = {
      description: says,
      ...(codes.some((code) => errorKind(code).retryable)
        ? { headers: { 'Retry-After': { description: 'Seconds.', schema: { type: 'integer' } } } }
        : {}),
      content: { 'application/problem+json': { schema: components.of(problemSchema, 'output') } },
    };
  }
  return all;
}

function answerJson(spec: AnswerSpec, components: Components): Json {
  const headers = (spec.headers ?? []).map((name) => [
    name,
    { description: HEADERS[name], schema: { type: 'string' } },
  ]);
  return {
    description: spec.description,
    ...(headers.length === 0 ? {} : { headers: Object.fromEntries(headers) }),
    ...(spec.body === undefined
      ? {}
      : {
          content: Object.fromEntries(
            Object.entries({ [spec.mediaType ?? 'application/json']: spec.body, ...spec.alsoAs }).map(
              ([type, body]) => [type, { schema: components.of(body, 'output') }],
            ),
          ),
        }),
  };
}

/** Schemas that have a name stand under `components`, once; others where they are used. */
class Components {
  readonly schemas: Record<string, Json> = {};

  of(schema: z.ZodType, io: 'input' | 'output'): Json {
    const {
      $schema: _,
      $defs,
      ...own
    } = z.toJSONSchema(schema, {
      io,
      target: 'draft-2020-12',
      unrepresentable: 'any',
      override: ({ jsonSchema }) => {
        // Public generators take a field with a default for one that must be sent.
        if (io === 'input' && jsonSchema.default !== undefined) {
          const usual = `Usually ${JSON.stringify(jsonSchema.default)}.`;
          jsonSchema.description = [jsonSchema.description, usual]
            .filter((part) => part !== undefined)
            .join(' ');
          delete jsonSchema.default;
        }
        // What we answer may grow: a client that refused unknown fields would break.
        if (io === 'output') delete jsonSchema.additionalProperties;
        // Numbers without a bound get the bounds of exact integers, which say nothing.
        if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
        if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      },
    }) as Json & { $defs?: Record<string, Json> };
    for (const [name, named] of Object.entries($defs ?? {})) this.#add(name, moved(named) as Json);
    const id = schema.meta()?.id;
    if (id === undefined || '$ref' in own) return moved(own) as Json;
    this.#add(id, moved(own) as Json);
    return { $ref: `#/components/schemas/${id}` };
  }

  /** With nothing named apart, for parameters. */
  inline(schema: z.ZodType): Json {
    return this.of(schema, 'input');
  }

  #add(name: string, { id: _, ...schema }: Json): void {
    const known = this.schemas[name];
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(schema)) {
      throw new Error(`Two different schemas are called ${name}.`);
    }
    this.schemas[name] = schema;
  }
}

/** References inside one schema, as references inside the document. */
function moved(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(moved);
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) =>
      key === '$ref' && typeof value === 'string'
        ? [key, value.replace('#/$defs/', '#/components/schemas/')]
        : [key, moved(value)],
    ),
  );
}
