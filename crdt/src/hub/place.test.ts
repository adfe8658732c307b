/** Where the registry says that a replica belongs: F3a. */
import { expect, test } from 'vitest';
import type { ReplicaId } from '../ids.ts';
import type { Directory } from '../replica/directory.ts';
import { ABOVE } from '../replica/stream.ts';
import { placeOf } from './place.ts';

/** Two regions below `hq`, Berlin with a till in one, Paris in the other; some of whom nobody knows whose they are. */
const PARENTS: Readonly<Record<string, string>> = {
  eu: 'hq',
  us: 'hq',
  berlin: 'eu',
  till: 'berlin',
  paris: 'us',
  stall: 'nobody',
  egg: 'hen',
  hen: 'egg',
};
const directory = {
  parentOf: (replica: ReplicaId) => PARENTS[replica] as ReplicaId | undefined,
} as Partial<Directory> as Directory;
const place = (self: string, replica: string) => placeOf(directory, self as ReplicaId, replica as ReplicaId);

test.each([
  ['hq', 'till', 'eu'],
  ['hq', 'eu', 'eu'],
  ['eu', 'till', 'berlin'],
  ['eu', 'berlin', 'berlin'],
  ['berlin', 'till', 'till'],
])('[F3a] seen from %s, %s belongs below %s', (self, replica, child) => {
  expect(place(self, replica)).toBe(child);
});

test('[F3a] whoever belongs to another part of the tree is reached by the parent, and so are ancestors', () => {
  expect([place('eu', 'paris'), place('till', 'paris'), place('berlin', 'us')]).toEqual([
    ABOVE,
    ABOVE,
    ABOVE,
  ]);
  expect(place('till', 'berlin')).toBe(ABOVE);
});

test('[F3a] nothing is known of itself, of the root, of whom the registry lacks, and of who hangs on those', () => {
  expect([place('eu', 'eu'), place('eu', 'hq'), place('eu', 'nobody'), place('eu', 'stall')]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test('[L7] a registry that names a circle leads nowhere', () => {
  expect([place('hq', 'egg'), place('egg', 'till')]).toEqual([undefined, undefined]);
  expect(place('egg', 'hen')).toBe('hen');
});
