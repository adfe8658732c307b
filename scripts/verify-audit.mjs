#!/usr/bin/env node
/**
 * Checks an exported trail with nothing but Node: node scripts/verify-audit.mjs [--head SEQ:HASH] < trail.ndjson
 *
 * One entry a line, as GET /v1/audit?order=asc gives them ({"entry": "…", "hash": "…"}), from the first on. It recomputes
 * every hash and follows the chain; --head is a head of the trail that you kept earlier, which must still stand there.
 */
import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';

const at = process.argv.indexOf('--head');
const [headSeq, headHash] = at < 0 ? [] : (process.argv[at + 1] ?? '').split(':');
if (at >= 0 && !/^[1-9]\d*:[0-9a-f]{64}$/.test(`${headSeq}:${headHash}`)) {
  console.error('Say the head that you kept as --head SEQ:HASH, the hash in 64 hexadecimal digits.');
  process.exit(1);
}
const problems = [];
let last = { seq: 0, hash: '0'.repeat(64) };

for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
  if (line.trim() === '') continue;
  let seq = last.seq + 1;
  try {
    const { entry, hash, ...beside } = JSON.parse(line);
    const said = JSON.parse(entry);
    const found = createHash('sha256').update(entry).digest('hex');
    if (found !== hash) problems.push(`entry ${said.seq} was changed`);
    if (said.seq !== seq) problems.push(`entry ${seq} is missing, or swapped with ${said.seq}`);
    else if (said.prevHash !== last.hash)
      problems.push(`entry ${last.seq} was changed, or ${seq} does not belong behind it`);
    // What stands beside the text that was hashed is for readers, and must say what it says.
    for (const name of Object.keys(beside).filter((each) => !isSame(beside[each], said[each])))
      problems.push(`entry ${said.seq} says another ${name} than stands beside it`);
    seq = said.seq;
    last = { seq, hash };
    if (String(seq) === headSeq && hash !== headHash)
      problems.push(`entry ${seq} is not the one that you kept`);
  } catch {
    problems.push(`entry ${seq} cannot be read`);
    last = { seq, hash: '' };
  }
}
if (headSeq !== undefined && last.seq < Number(headSeq))
  problems.push(`it ends at entry ${last.seq}, and you kept ${headSeq}: cut off`);

for (const problem of problems) console.log(problem);
console.log(
  `${last.seq} entries, head ${last.seq}:${last.hash}: ${problems.length === 0 ? 'whole' : 'NOT whole'}`,
);
process.exitCode = problems.length === 0 ? 0 : 1;

/** As JSON, whatever the order of their fields. */
function isSame(a, b) {
  return a === b || JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value) {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(sorted);
  const names = Object.keys(value).sort();
  return names.map((name) => [name, sorted(value[name])]);
}
