/** A request as it goes over the wire, and as a line for a shell. */
export interface Request {
  readonly callId: string;
  readonly method: string;
  /** The path without its query, percent-encoded already. */
  readonly path: string;
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** What was done to it; empty where it is as the document wants it. */
  readonly twists: readonly string[];
  /** Bytes that are promised and never come. */
  readonly isHalf?: boolean;
}

export function urlOf({ path, query }: Request): string {
  const pairs = query.map(([name, value]) => `${encode(name)}=${encode(value)}`);
  return pairs.length === 0 ? path : `${path}?${pairs.join('&')}`;
}

/** As encodeURIComponent, but for half characters, which it refuses: they go as the bytes they would be. */
export function encode(text: string): string {
  return [...text]
    .map((char) => (/^[\ud800-\udfff]$/.test(char) ? '%ED%A0%80' : encodeURIComponent(char)))
    .join('');
}

export function toCurl(base: string, request: Request): string {
  const parts = ['curl', '-i', '-X', request.method, quoted(`${base}${urlOf(request)}`)];
  for (const [name, value] of Object.entries(request.headers)) parts.push('-H', quoted(`${name}: ${value}`));
  if (request.isHalf === true) parts.push('-H', quoted('content-length: 1000000'), '-m', '1');
  if (request.body !== undefined) parts.push('--data-binary', quoted(request.body));
  return parts.join(' ');
}

/** Controls are written as a shell reads them, so that the line can be copied. */
function quoted(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return `'${text.replaceAll("'", "'\\''")}'`;
  const escaped = text
    .replaceAll(/[\\']/g, '\\$&')
    .replaceAll(/[^\x20-\x7e]/gu, (char) =>
      [...Buffer.from(char, 'utf8')].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join(''),
    );
  return `$'${escaped}'`;
}
