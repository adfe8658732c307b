/** What the document promises of an answer, whatever the request was. */
import type { Call } from './document.ts';
import { isObject, type Json } from './json.ts';
import type { Request } from './request.ts';
import type { Said } from './send.ts';

/** HTTP itself answers these before any operation is known: too long a header, a wish that nobody fulfils. */
const BEFORE_THE_ROUTE = new Set([400, 408, 417, 431]);

/** @returns what is wrong with the answer, in words */
export function checkAnswer(call: Call, request: Request, said: Said): string | undefined {
  const isElsewhere = request.method !== call.method || leavesCall(call, request);
  if (said.status >= 500 && said.status !== 503) return `${said.status}: a fault of the server's own`;
  if (request.method === 'HEAD') return undefined;
  if (said.status >= 400) return checkProblem(call, said, isElsewhere);
  if (isElsewhere) return undefined;
  if (said.status === 304) return call.answers.has(304) && said.text === '' ? undefined : 'an undeclared 304';
  const answer = call.answers.get(said.status);
  if (answer === undefined) return `status ${said.status} is not declared`;
  const type = typeOf(said);
  if (answer.mediaType === undefined) return said.text === '' ? undefined : 'a body where none is declared';
  if (type !== answer.mediaType) return `the body is ${type}, declared is ${answer.mediaType}`;
  const values = type === 'application/x-ndjson' ? said.text.trim().split('\n') : [said.text];
  for (const text of values) {
    const parsed = parsedJson(text);
    if (parsed === undefined) return 'the body is not JSON';
    if (answer.check?.(parsed.value) === false)
      return `the body breaks its schema: ${answer.check.errors?.[0]?.instancePath} ${answer.check.errors?.[0]?.message}`;
  }
  return said.status < 300 ? checkAccepted(call, request) : undefined;
}

function checkProblem(call: Call, said: Said, isElsewhere: boolean): string | undefined {
  const type = typeOf(said);
  const declared = call.answers.get(said.status);
  // A protocol of others may have words of its own: "read it all anew" of shapes is a 409 and no problem.
  if (declared?.mediaType === 'application/json' && type === declared.mediaType)
    return declared.check?.(parsedJson(said.text)?.value) === false
      ? `the ${said.status} breaks its schema`
      : undefined;
  if (type !== 'application/problem+json') return `a ${said.status} is ${type}, not application/problem+json`;
  const value = parsedJson(said.text)?.value;
  if (!isObject(value)) return 'the problem is not JSON';
  if (value.status !== said.status)
    return `the problem says status ${value.status} and the answer ${said.status}`;
  if (String(value.detail).length > 2_000) return 'the detail is longer than anybody reads';
  if (said.headers['retry-after'] === undefined && (said.status === 503 || said.status === 429))
    return `a ${said.status} without Retry-After`;
  if (said.status === 405 && (said.headers.allow ?? '') === '') return 'a 405 without Allow';
  if (isElsewhere && value.code === 'not_found') return undefined;
  const answer = call.answers.get(said.status);
  if (answer === undefined)
    return isElsewhere || BEFORE_THE_ROUTE.has(said.status)
      ? undefined
      : `status ${said.status} (${value.code}) is not declared`;
  if (answer.check?.(value) === false)
    return `the problem breaks its schema: ${answer.check.errors?.[0]?.instancePath} ${answer.check.errors?.[0]?.message}`;
  if (!isElsewhere && !answer.codes.has(String(value.code)))
    return `${said.status} ${value.code} is not declared`;
  return undefined;
}

/** Whoever takes what the document forbids has two truths. */
function checkAccepted(call: Call, { body }: Request): string | undefined {
  if (call.body === undefined || body === undefined || call.method === 'GET') return undefined;
  if (!call.body.types.some((type) => type.includes('json'))) return undefined;
  const parsed = parsedJson(body.replace(/^\ufeff/, ''));
  if (parsed === undefined) return call.body.isRequired ? 'a body that is not JSON was accepted' : undefined;
  if (call.body.check(parsed.value)) return undefined;
  const [error] = call.body.check.errors ?? [];
  return `accepted against its schema: ${error?.instancePath} ${error?.message}`;
}

/** A path that was twisted may be one of another operation, or none. */
function leavesCall(call: Call, { path }: Request): boolean {
  const pattern = call.path.replace(/\{\w+\}/g, '[^/]+');
  return (
    !new RegExp(`^${pattern}$`).test(path) ||
    /(^|\/)(\.|%2e)+(\/|$)/i.test(path) ||
    /\/(import|batch|adjustments)$/.test(path)
  );
}

function typeOf(said: Said): string {
  return (said.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
}

export function parsedJson(text: string): { value: Json } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
