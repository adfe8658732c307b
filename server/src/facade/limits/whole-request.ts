/** Whole request: whether what a socket brought is exactly one request, told without parsing it. */

const HEAD_END = Buffer.from('\r\n\r\n');
/** The calls of this API: no upgrades, no methods whose answers have another form. */
const FIRST_LINE = /^(?:GET|POST|PUT|PATCH|DELETE) \/(?:api\/)?v1\/[!-~]* HTTP\/1\.1\r\n/;
/** What changes where a request ends, or asks for more than an answer. */
const MORE = /\r\n(?:transfer-encoding|upgrade|expect|connection(?!: keep-alive\r\n))[ \t]*:/i;
const LENGTH = /\r\ncontent-length: ?(\d{1,9})(?=\r\n)/gi;

/** False also for many that are: those are read by a parser then. */
export function isWholeRequest(chunk: Buffer): boolean {
  const headEnd = chunk.indexOf(HEAD_END);
  if (headEnd < 0) return false;
  const head = chunk.toString('latin1', 0, headEnd + 2);
  if (!FIRST_LINE.test(head) || MORE.test(head)) return false;
  const lengths = [...head.matchAll(LENGTH)];
  if (lengths.length > 1) return false;
  return headEnd + HEAD_END.length + Number(lengths[0]?.[1] ?? 0) === chunk.length;
}
