/** One HTTP request on loopback, with a bound: a frozen process never answers. */
import { request as open } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** @throws where there is no whole answer in time; whether the request was carried out is then not known. */
export function request(
  port: number,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body: unknown,
  boundMs: number,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const length = text === undefined ? {} : { 'content-length': String(Buffer.byteLength(text)) };
  const type = text === undefined ? {} : { 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => sent.destroy(new Error(`no answer in ${boundMs} ms`)), boundMs);
    const fail = (error: Error) => {
      clearTimeout(timer);
      reject(error);
    };
    const options = { host: '127.0.0.1', port, method, path, headers: { ...headers, ...type, ...length } };
    const sent = open(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', fail);
      response.on('end', () => {
        clearTimeout(timer);
        try {
          const said = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>;
          resolve({ status: response.statusCode ?? 0, body: said });
        } catch (error) {
          reject(error as Error);
        }
      });
    });
    sent.on('error', fail);
    sent.end(text);
  });
}

/** Undefined where nobody answers now. */
export async function getJson(port: number, path: string): Promise<Record<string, unknown> | undefined> {
  try {
    const { status, body } = await request(port, 'GET', path, undefined, 2_000);
    return status === 200 ? body : undefined;
  } catch {
    return undefined;
  }
}
