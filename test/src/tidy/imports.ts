/** Guards who may import whom, and how an import is written. */
import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import { blank } from './blank.ts';
import type { Finding, PackageName, SourceFile } from './source-file.ts';
import { isTestCode, lineOf, packageOf } from './source-file.ts';

/** The arrows of the architecture. The demo is an application: it knows the SDK and nothing below. */
const MAY_IMPORT: Record<PackageName, readonly PackageName[]> = {
  crdt: [],
  'store-agent': ['crdt'],
  server: ['store-agent', 'crdt'],
  'client-sdk': ['crdt'],
  'demo-app': ['client-sdk'],
  test: ['crdt', 'store-agent', 'server', 'client-sdk', 'demo-app'],
};

/** What the core may use from outside: byte codecs, and the documents that devices merge without us. */
const CORE_MAY_USE: readonly string[] = ['lib0'];
const DOCUMENTS: Readonly<Record<string, string>> = { 'crdt/src/cart/': 'yjs' };

export type Manifest = {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, unknown>>;
};
/** The package.json files by folder; the root's is under `.`. */
export type Manifests = Readonly<Record<string, Manifest | undefined>>;

type Import = { readonly specifier: string; readonly line: number };

export function findBadImports(files: readonly SourceFile[], manifests: Manifests): Finding[] {
  return files.flatMap((file) => {
    const owner = packageOf(file.path);
    if (owner === undefined) return [];
    return importsOf(file.text).flatMap((found) => {
      const reason = whyBad(file.path, owner, found.specifier, manifests);
      return reason === undefined
        ? []
        : [`${file.path}:${found.line} imports '${found.specifier}': ${reason}`];
    });
  });
}

export function importsOf(text: string): Import[] {
  const code = blank(text, 'comments');
  // `importsOf` must not take the words of a message for an import, so the keyword has to be outside strings.
  const outsideStrings = blank(text, 'comments-and-strings');
  const pattern = /(?<![.\w$])(?:from|import|require)\s*\(?\s*(['"`])([^'"`\n]+)\1/g;
  return [...code.matchAll(pattern)]
    .filter((match) => outsideStrings.slice(match.index).startsWith(match[0].slice(0, 4)))
    .map((match) => ({ specifier: match[2] ?? '', line: lineOf(text, match.index) }));
}

function whyBad(
  path: string,
  owner: PackageName,
  specifier: string,
  manifests: Manifests,
): string | undefined {
  if (specifier.startsWith('.')) return whyBadRelative(path, owner, specifier);
  if (specifier.startsWith('node:') || builtinModules.includes(specifier)) {
    if (owner === 'crdt' && !isTestCode(path)) return 'the core does no I/O';
    return specifier.startsWith('node:') ? undefined : `write 'node:${specifier}'`;
  }
  const name = packageNameIn(specifier);
  const target = name.startsWith('@tallystick/') ? name.slice('@tallystick/'.length) : undefined;
  if (target === undefined) return whyBadOutside(path, owner, name, manifests);
  if (target === owner) return 'inside a package imports are relative';
  if (target === 'test') return 'nothing imports test';
  if (!MAY_IMPORT[owner].some((allowed) => allowed === target)) return `${owner} may not import ${target}`;
  if (!isDeclared(manifests[owner], name)) return `${name} is not in ${owner}/package.json`;
  const door = `.${specifier.slice(name.length)}`;
  if (manifests[target]?.exports?.[door] === undefined) return `${name} does not export '${door}'`;
  return undefined;
}

function whyBadRelative(path: string, owner: PackageName, specifier: string): string | undefined {
  const target = posix.join(posix.dirname(path), specifier);
  if (packageOf(target) !== owner) return 'across packages imports use the package name';
  // A page has components and styles as well.
  const isPart = owner === 'demo-app' && /\.(tsx|css)$/.test(specifier);
  if (!specifier.endsWith('.ts') && !isPart) return 'relative imports end in .ts';
  if (!isTestCode(path) && isTestCode(target)) return 'only tests import test code';
  return undefined;
}

function whyBadOutside(
  path: string,
  owner: PackageName,
  name: string,
  manifests: Manifests,
): string | undefined {
  const manifest = manifests[owner];
  // A peer is the application's own: React, of which there may be only one.
  const declared = (manifest?.dependencies?.[name] ?? manifest?.peerDependencies?.[name]) !== undefined;
  if (isTestCode(path)) {
    const known = declared || isDeclared(manifests[owner], name) || isDeclared(manifests['.'], name);
    return known ? undefined : `${name} is neither in ${owner}/package.json nor in the root's`;
  }
  if (owner === 'crdt' && !CORE_MAY_USE.includes(name) && !isDocumentLibrary(path, name))
    return `the core uses only ${CORE_MAY_USE.join(', ')}`;
  return declared ? undefined : `${name} is not in the dependencies of ${owner}/package.json`;
}

function isDocumentLibrary(path: string, name: string): boolean {
  return Object.entries(DOCUMENTS).some(([folder, library]) => path.startsWith(folder) && library === name);
}

function isDeclared(manifest: Manifest | undefined, name: string): boolean {
  return manifest?.dependencies?.[name] !== undefined || manifest?.devDependencies?.[name] !== undefined;
}

function packageNameIn(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
