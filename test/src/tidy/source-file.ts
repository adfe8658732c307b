/** One text file of the repository; `path` is relative to the root and uses forward slashes. */
export type SourceFile = { readonly path: string; readonly text: string };

/** One broken rule, as the sentence that a developer reads. */
export type Finding = string;

/** The workspace folders, which are also the names after `@tallystick/`. */
export const PACKAGES = ['crdt', 'store-agent', 'server', 'client-sdk', 'demo-app', 'test'] as const;
export type PackageName = (typeof PACKAGES)[number];

export function packageOf(path: string): PackageName | undefined {
  return PACKAGES.find((name) => path.startsWith(`${name}/`));
}

/** Tests, what only tests use (`*.test-kit.ts`), and the whole `test` package: never part of a build. */
export function isTestCode(path: string): boolean {
  return /\.(test|test-kit)\.ts$/.test(path) || path.startsWith('test/');
}

export function lineOf(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}
