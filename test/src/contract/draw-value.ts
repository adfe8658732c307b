/** Values drawn from a JSON schema: what it allows, at its bounds more often than between them. */
import type { Prng } from '../sim/prng.ts';
import type { Contract } from './document.ts';
import type { Json, JsonObject } from './json.ts';
import type { Known } from './known.ts';

export interface Drawing {
  readonly prng: Prng;
  readonly contract: Contract;
  readonly known: Known;
  /** Of what has been heard: whether it is worth speaking of. */
  isLikely(name: string, value: Json): boolean;
  /** A name that nothing has yet. */
  freshId(): string;
}

/** Where a schema sets no bound, more than this says nothing new. */
const LENGTH_USUAL = 12;
const ITEMS_USUAL = 3;
const DEPTH_MAX = 6;

/** Words that fit one pattern or another. */
const SAMPLES = [
  'EUR',
  'en',
  'de-AT',
  'rest',
  'a1',
  'Europe/Berlin',
  '4006381333931',
  '04006381333931',
  '2026-01-01T00:00:00Z',
  '+491234567',
  'someone@example.org',
  'DE',
  '10115',
  '0',
];

export function drawValue(of: JsonObject, name: string, drawing: Drawing, depth = 0): Json {
  const { prng, contract } = drawing;
  const schema = contract.resolve(of);
  if (schema.const !== undefined) return schema.const as Json;
  if (Array.isArray(schema.enum)) return prng.pick(schema.enum) as Json;
  const choices = (schema.anyOf ?? schema.oneOf) as JsonObject[] | undefined;
  if (choices !== undefined) return drawValue(prng.pick(choices), name, drawing, depth + 1);
  const types = Array.isArray(schema.type) ? schema.type : [schema.type];
  switch (prng.pick(types)) {
    case 'string':
      return drawString(schema, name, drawing);
    case 'integer':
    case 'number':
      return drawNumber(schema, name, prng);
    case 'boolean':
      return prng.chance(0.5);
    case 'null':
      return null;
    case 'array':
      return drawArray(schema, name, drawing, depth);
    case 'object':
      return drawObject(schema, drawing, depth);
    default:
      // A schema without a type, such as a refined number: small whole numbers are the likeliest to fit.
      return prng.between(1, 3);
  }
}

function drawString(schema: JsonObject, name: string, drawing: Drawing): string {
  const { prng, known } = drawing;
  const thing = schema.format === undefined && /^(from|to)$/.test(name) ? 'locationId' : name;
  const told = name === 'id' ? undefined : known.pick(thing, prng, (value) => drawing.isLikely(thing, value));
  if (typeof told === 'string' && prng.chance(0.8)) return told;
  const { examples } = schema;
  if (Array.isArray(examples) && prng.chance(0.9)) return String(prng.pick(examples));
  if (name === 'id' || /Id$/.test(name)) return drawing.freshId();
  const low = Number(schema.minLength ?? 0);
  const high = Number(schema.maxLength ?? low + LENGTH_USUAL);
  const format = { 'date-time': '2026-01-01T00:00:00Z', uri: 'https://example.org/' }[String(schema.format)];
  if (format !== undefined) return format;
  if (typeof schema.pattern === 'string') {
    const pattern = new RegExp(schema.pattern, 'u');
    const fitting = SAMPLES.filter((sample) => pattern.test(sample));
    if (fitting.length > 0) return prng.pick(fitting);
  }
  const length = prng.pick([low, Math.min(high, low + LENGTH_USUAL), prng.chance(0.1) ? high : low + 1]);
  return 'x'.repeat(length);
}

function drawNumber(schema: JsonObject, name: string, prng: Prng): number {
  // Nobody waits for anything while requests come one by one.
  if (name === 'waitMs' || name === 'wait') return 0;
  const low = Number(
    schema.minimum ?? (schema.exclusiveMinimum === undefined ? 1 : Number(schema.exclusiveMinimum) + 1),
  );
  const high = Number(schema.maximum ?? low + 5);
  return prng.pick([low, low + prng.below(Math.min(5, high - low + 1)), prng.chance(0.2) ? high : low]);
}

function drawArray(schema: JsonObject, name: string, drawing: Drawing, depth: number): Json {
  const low = Number(schema.minItems ?? 0);
  const high = Math.min(Number(schema.maxItems ?? ITEMS_USUAL), low + ITEMS_USUAL);
  const length = depth > DEPTH_MAX ? low : drawing.prng.between(low, high);
  return Array.from({ length }, () => drawValue(schema.items as JsonObject, name, drawing, depth + 1));
}

function drawObject(schema: JsonObject, drawing: Drawing, depth: number): Json {
  const { prng } = drawing;
  const required = (schema.required ?? []) as string[];
  const value: Record<string, Json> = {};
  for (const [name, part] of Object.entries((schema.properties ?? {}) as Record<string, JsonObject>)) {
    const isWanted =
      required.includes(name) || name === 'waitMs' || name === 'wait' || name === 'id'
        ? prng.chance(0.97)
        : prng.chance(0.25);
    if (isWanted || required.includes(name)) value[name] = drawValue(part, name, drawing, depth + 1);
  }
  const { additionalProperties: others } = schema;
  if (typeof others === 'object' && others !== null && depth < DEPTH_MAX) {
    const key = drawValue(
      (schema.propertyNames ?? { type: 'string', minLength: 1 }) as JsonObject,
      '',
      drawing,
      depth + 1,
    );
    value[String(key)] = drawValue(others as JsonObject, '', drawing, depth + 1);
  }
  return value;
}
