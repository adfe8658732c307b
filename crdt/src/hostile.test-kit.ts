/** Hostile bytes: what was once well-formed, after an enemy or a bad wire had it. */
import fc from 'fast-check';

export function hostile(wellFormed: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  return fc.oneof(
    truncated(wellFormed),
    mutated(wellFormed),
    grown(wellFormed),
    fc.uint8Array({ maxLength: 200 }),
  );
}

function truncated(wellFormed: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(wellFormed, fc.double({ min: 0, max: 0.999, noNaN: true }))
    .map(([bytes, share]) => bytes.slice(0, Math.floor(bytes.length * share)));
}

function mutated(wellFormed: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const change = fc.tuple(fc.nat(10_000), fc.oneof(fc.constantFrom(0, 127, 128, 255), fc.nat(255)));
  return fc.tuple(wellFormed, fc.array(change, { minLength: 1, maxLength: 8 })).map(([bytes, changes]) => {
    const copy = bytes.slice();
    for (const [at, value] of changes) copy[at % copy.length] = value;
    return copy;
  });
}

function grown(wellFormed: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(wellFormed, fc.uint8Array({ minLength: 1, maxLength: 9 }))
    .map(([bytes, more]) => Uint8Array.from([...bytes, ...more]));
}
