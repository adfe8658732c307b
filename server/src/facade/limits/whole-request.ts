/** Whole request: whether what a socket brought is exactly one request, told without parsing it. */

const HEAD_END = Buffer.from('\r\n\r\n');
/** The calls of this API: no upgrades, no methods whose answers have another form. */
const FIRST_LINE = /^(?:GET|POST|PUT|PATCH|DELETE) \/(?:api\/)?v1\/[!-~]* HTTP\/1\.1\r\n/;
/** The first is a length in the form that nobody reads otherwise; the second is what changes where a request ends, or asks for more than an answer. */
const FRAMING =
  /\r\n(?:connection: keep-alive(?=\r\n)|content-length: ?(\d{1,9})(?=\r\n)|(transfer-encoding|upgrade|expect|connection|content-length)[ \t]*:)/gi;

/** False also for many that are: those are read by a parser then. */
export function isWholeRequest(chunk: Buffer): boolean {
  const headEnd = chunk.indexOf(HEAD_END);
  if (headEnd < 0) return false;
  const head = chunk.toString('latin1', 0, headEnd + 2);
  if (!FIRST_LINE.test(head)) return false;
  let length: string | undefined;
  FRAMING.lastIndex = 0;
  for (let found = FRAMING.exec(head); found !== null; found = FRAMING.exec(head)) {
    const [, said, more] = found;
    if (more !== undefined || (said !== undefined && length !== undefined)) return false;
    length = said ?? length;
  }
  return headEnd + HEAD_END.length + Number(length ?? 0) === chunk.length;
}
