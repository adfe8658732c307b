/** JSON as the contract reads and makes it. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Numbers that JavaScript cannot write: minus zero, and those too large for it, stand in strings until the last moment. */
const RAW = '\u0001raw:';

export function rawNumber(text: string): string {
  return `${RAW}${text}`;
}

/** As bytes on the wire, with what `rawNumber` hid. */
export function toText(value: Json): string {
  return JSON.stringify(value).replaceAll(/"\\u0001raw:([^"]*)"/g, '$1');
}

/** Nothing that a schema describes is as deep; what is sent to be too deep is not looked into. */
const DEPTH_MAX = 16;

/** All places inside a value, the value itself first; a place is the keys that lead to it. */
export function placesOf(value: Json, at: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null || at.length >= DEPTH_MAX) return [at];
  return [at, ...Object.entries(value).flatMap(([key, part]) => placesOf(part as Json, [...at, key]))];
}

/** The value with another at that place; undefined takes it out. */
export function replaced(value: Json, [key, ...rest]: readonly string[], by: Json | undefined): Json {
  if (key === undefined) return by ?? null;
  const child = (value as JsonObject)[key];
  const next = rest.length === 0 ? by : replaced(child as Json, rest, by);
  if (Array.isArray(value)) {
    const items = value.map((item, i) => (String(i) === key ? next : (item as Json)));
    return items.filter((item) => item !== undefined);
  }
  const entries = Object.entries({ ...(value as JsonObject), [key]: next });
  return Object.fromEntries(entries.filter(([, part]) => part !== undefined));
}
