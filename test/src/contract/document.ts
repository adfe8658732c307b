/**
 * Document: the OpenAPI document as its readers have it. Calls are made and answers are
 * checked from this alone, by another validator than the server's own.
 */

import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { isObject, type Json, type JsonObject } from './json.ts';

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: JsonObject;
}

export interface Answer {
  /** Undefined where the answer has no body. */
  readonly mediaType: string | undefined;
  readonly check: ValidateFunction | undefined;
  readonly headers: ReadonlySet<string>;
  /** The error codes that the description names. */
  readonly codes: ReadonlySet<string>;
}

export interface Call {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  /** What must be reachable, as the document says it. */
  readonly needs: string;
  readonly parameters: readonly Parameter[];
  readonly body:
    | {
        readonly types: readonly string[];
        readonly schema: JsonObject;
        readonly check: ValidateFunction;
        readonly isRequired: boolean;
        readonly examples: readonly Json[];
      }
    | undefined;
  readonly answers: ReadonlyMap<number, Answer>;
}

export interface Contract {
  readonly calls: readonly Call[];
  /** The schema that is meant, with its reference followed. */
  resolve(schema: JsonObject): JsonObject;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

export function readContract(document: JsonObject): Contract {
  const schemas = ((document.components as JsonObject).schemas ?? {}) as JsonObject;
  const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: false, allowUnionTypes: true });
  addFormats.default(ajv);
  ajv.addSchema({ $id: 'document', $defs: within(schemas) });
  const compile = (schema: JsonObject) => ajv.compile(within(schema));
  const paths = Object.entries(document.paths as Record<string, JsonObject>);
  return {
    calls: paths.flatMap(([path, item]) =>
      METHODS.filter((method) => item[method] !== undefined).map((method) =>
        readCall(path, method, item[method] as JsonObject, compile),
      ),
    ),
    resolve(schema) {
      const name = typeof schema.$ref === 'string' ? schema.$ref.split('/').at(-1) : undefined;
      return name === undefined ? schema : this.resolve(schemas[name] as JsonObject);
    },
  };
}

/** References inside the document, as references inside the validator. */
function within(schema: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components/schemas/', '"document#/$defs/'));
}

type Compile = (schema: JsonObject) => ValidateFunction;

function readCall(path: string, method: string, op: JsonObject, compile: Compile): Call {
  return {
    id: op.operationId as string,
    method: method.toUpperCase(),
    path,
    needs: (op['x-needs'] as string | undefined) ?? 'nobody',
    parameters: (op.parameters ?? []) as unknown as Parameter[],
    body: readBody(op.requestBody as JsonObject | undefined, compile),
    answers: new Map(
      Object.entries(op.responses as JsonObject).map(([status, answer]) => [
        Number(status),
        readAnswer(answer as JsonObject, compile),
      ]),
    ),
  };
}

function readBody(body: JsonObject | undefined, compile: Compile): Call['body'] {
  if (body === undefined) return undefined;
  const content = Object.entries(body.content as Record<string, JsonObject>);
  const [, first] = content[0] as [string, JsonObject];
  const examples = Object.values((first.examples ?? {}) as Record<string, JsonObject>);
  return {
    types: content.map(([type]) => type),
    schema: first.schema as JsonObject,
    check: compile(first.schema as JsonObject),
    isRequired: body.required === true,
    examples: examples.map(({ value }) => value as Json),
  };
}

function readAnswer(answer: JsonObject, compile: Compile): Answer {
  const [content] = Object.entries((answer.content ?? {}) as Record<string, JsonObject>);
  const schema = content?.[1].schema;
  const codes = String(answer.description).matchAll(/^`(\w+)`:/gm);
  return {
    mediaType: content?.[0],
    check: isObject(schema) ? compile(schema) : undefined,
    headers: new Set(Object.keys((answer.headers ?? {}) as JsonObject)),
    codes: new Set([...codes].map(([, code]) => code as string)),
  };
}
