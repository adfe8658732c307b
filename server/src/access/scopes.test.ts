/** Who may do what, read off the operations' own declarations. */
import { describe, expect, test } from 'vitest';
import { OPERATIONS } from '../facade/facade.ts';
import type { Operation } from '../facade/operation.ts';
import { type Access, ROLE_NAMES, ROLES, type Role, SCOPES, type Scope } from './scopes.ts';

function scopeOf(access: Access): Scope | undefined {
  return access === 'public' ? undefined : access.scope;
}

function mayCall(role: Role): Operation[] {
  const scopes: readonly Scope[] = ROLES[role];
  return OPERATIONS.filter(({ access }) => access === 'public' || scopes.includes(access.scope));
}

/** Reads whose question is too long for an address, so it comes as a body. */
const READS_BY_POST = ['readShapeSubset'];

describe('roles', () => {
  test('hold scopes that are explained, each once', () => {
    for (const role of ROLE_NAMES) {
      expect(new Set(ROLES[role]).size, role).toBe(ROLES[role].length);
      for (const scope of ROLES[role]) expect(SCOPES, role).toHaveProperty([scope]);
    }
  });

  test('let an auditor change nothing but what anybody may', () => {
    const changes = mayCall('auditor').filter(
      ({ access, method, id }) => access !== 'public' && method !== 'GET' && !READS_BY_POST.includes(id),
    );
    expect(changes.map(({ id }) => id)).toEqual([]);
    expect(mayCall('auditor').length).toBeGreaterThan(0);
  });

  test('let a client change only what is its own, and read beyond that only what all may see', () => {
    const shared = mayCall('client').filter(({ access }) => access !== 'public' && access.sees === 'all');
    expect(shared.filter(({ method }) => method !== 'GET').map(({ id }) => id)).toEqual([]);
    expect(new Set(shared.map(({ access }) => scopeOf(access)))).toEqual(
      new Set(['products:read', 'locations:read', 'inventory:read']),
    );
  });

  test('leave nothing that an operator may not do', () => {
    expect(mayCall('operator')).toEqual(OPERATIONS);
  });
});
