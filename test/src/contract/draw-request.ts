/** Requests as the document wants them: from its examples and its schemas, about things that are there. */
import type { Call, Parameter } from './document.ts';
import { type Drawing, drawValue } from './draw-value.ts';
import { isObject, type Json, type JsonObject, toText } from './json.ts';
import { collectionOf } from './known.ts';
import { encode, type Request } from './request.ts';

export interface Draft {
  readonly call: Call;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined where none is sent; a string where the body is no JSON. */
  readonly body: Json | undefined;
}

/** @param fixed names that no change of the catalogue may touch: the others live from them */
export function drawDraft(call: Call, drawing: Drawing, fixed: ReadonlySet<Json>): Draft {
  const { prng } = drawing;
  const params: Record<string, string> = {};
  const query: Record<string, string> = {};
  for (const parameter of call.parameters) {
    const { name, required } = parameter;
    if (parameter.in === 'path') params[name] = drawName(call, parameter, drawing, fixed);
    else if (parameter.in === 'query' && (required || prng.chance(0.3)))
      query[name] = String(drawValue(parameter.schema, name, drawing));
  }
  const path = pathOf(call.path, params);
  return {
    call,
    params,
    query,
    headers: drawHeaders(call, path, drawing),
    body: drawBody(call, path, drawing),
  };
}

export function toRequest({ call, params, query, headers, body }: Draft): Request {
  const isText = call.body !== undefined && !call.body.types.some((type) => type.includes('json'));
  return {
    callId: call.id,
    method: call.method,
    path: pathOf(call.path, params),
    query: Object.entries(query),
    headers: {
      ...(body === undefined ? {} : { 'content-type': call.body?.types[0] ?? 'application/json' }),
      ...headers,
    },
    body:
      body === undefined || (isText && typeof body === 'string')
        ? (body as string | undefined)
        : toText(body),
    twists: [],
  };
}

export function pathOf(template: string, params: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => encode(params[name] ?? ''));
}

function drawName(
  call: Call,
  { name, schema }: Parameter,
  drawing: Drawing,
  fixed: ReadonlySet<Json>,
): string {
  // A threshold stands beside a product and changes nothing of it.
  const isBeside = call.path.startsWith('/v1/inventory/');
  const changesCatalogue = call.method !== 'GET' && call.needs === 'authority' && !isBeside;
  const isUsable = (value: Json) => !changesCatalogue || !fixed.has(value);
  const known = drawing.known.pick(name === 'id' ? collectionOf(call.path) : name, drawing.prng, isUsable);
  if (known !== undefined && drawing.prng.chance(0.9)) return String(known);
  return changesCatalogue ? drawing.freshId() : String(drawValue(schema, name, drawing));
}

function drawHeaders(call: Call, path: string, { prng, known, freshId }: Drawing): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const parameter of call.parameters) {
    if (parameter.in !== 'header') continue;
    const etag = known.etagOf(path);
    if (parameter.name === 'Prefer') {
      if (prng.chance(0.5)) headers.prefer = 'respond-async';
    } else if (parameter.name === 'If-Match')
      headers['if-match'] = etag !== undefined && prng.chance(0.8) ? etag : '*';
    else if (parameter.name === 'If-None-Match') {
      if (etag !== undefined && prng.chance(0.3)) headers['if-none-match'] = etag;
    } else if (parameter.required || prng.chance(0.5)) headers[parameter.name.toLowerCase()] = freshId();
  }
  return headers;
}

function drawBody(call: Call, path: string, drawing: Drawing): Json | undefined {
  const { body } = call;
  const { prng } = drawing;
  if (body === undefined || (!body.isRequired && prng.chance(0.3))) return undefined;
  if (body.examples.length === 0 || (prng.chance(0.6) && body.schema.type !== 'string'))
    return asWasSaid(renamed(drawValue(body.schema, '', drawing), call, drawing), path, drawing);
  return asWasSaid(renamed(prng.pick(body.examples), call, drawing), path, drawing);
}

/** A whole that the last answer about this thing had, and that the body names too, is mostly what it said. */
function asWasSaid(value: Json, path: string, { prng, known }: Drawing): Json {
  if (!isObject(value)) return value;
  const thing = path.split('/').slice(0, 4).join('/');
  const parts = Object.entries(value).map(([name, part]): [string, Json] => {
    const said = known.saidOf(thing, name);
    return [name, isObject(said) && isObject(part) && prng.chance(0.7) ? said : (part as Json)];
  });
  return Object.fromEntries(parts) as JsonObject;
}

/** An example under names of its own: what it makes can be made again. */
function renamed(value: Json, call: Call, drawing: Drawing): Json {
  if (Array.isArray(value)) return value.map((item) => renamed(item as Json, call, drawing));
  if (!isObject(value)) return value;
  const { prng, known } = drawing;
  const makesProducts = call.path.startsWith('/v1/products');
  const parts = Object.entries(value).map(([name, part]): [string, Json] => {
    if (name === 'id' || (name === 'sku' && makesProducts)) return [name, drawing.freshId()];
    if (name === 'cart') return [name, known.pick('/v1/carts', prng) ?? drawing.freshId()];
    if (name === 'orderId') return [name, known.pick('/v1/orders', prng) ?? drawing.freshId()];
    if (name === 'lineId' || name === 'sku' || name === 'locationId')
      return [
        name,
        prng.chance(0.5)
          ? (known.pick(name, prng, (value) => drawing.isLikely(name, value)) ?? (part as Json))
          : (part as Json),
      ];
    return [name, renamed(part as Json, call, drawing)];
  });
  return Object.fromEntries(parts) as JsonObject;
}
