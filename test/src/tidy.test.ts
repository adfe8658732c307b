/** The guards on the repository itself. That each guard can fail is proved in `tidy/*.test.ts`. */
import { describe, expect, test } from 'vitest';
import { findBannedCalls } from './tidy/bans.ts';
import { findFocusedTests, findLongFiles, findNotes } from './tidy/hygiene.ts';
import { findBadImports } from './tidy/imports.ts';
import { readRepository } from './tidy/repository.ts';
import { findUntestedRules, rulesOf } from './tidy/rule-ids.ts';

const { files, manifests } = readRepository();

describe('the repository', () => {
  test('was read: it has sources of the core, specs with rules, and tests', () => {
    expect(files.some((file) => file.path.startsWith('crdt/src/'))).toBe(true);
    expect(
      files.filter((file) => file.path.endsWith('SPEC.md')).flatMap((spec) => rulesOf(spec.text)),
    ).not.toEqual([]);
    expect(files.some((file) => file.path.endsWith('.test.ts'))).toBe(true);
  });

  test('imports only along the arrows of the architecture', () => {
    expect(findBadImports(files, manifests)).toEqual([]);
  });

  test('keeps clocks, timers, randomness and I/O out of the core', () => {
    expect(findBannedCalls(files)).toEqual([]);
  });

  test('has a test for every rule of every SPEC.md', () => {
    expect(findUntestedRules(files)).toEqual([]);
  });

  test('has no file that is too long to read', () => {
    expect(findLongFiles(files)).toEqual([]);
  });

  test('has no focused test and no note to oneself', () => {
    expect([...findFocusedTests(files), ...findNotes(files)]).toEqual([]);
  });
});
