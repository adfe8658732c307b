/** Reads the repository for the guards: every text file that a developer writes, and the manifests. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Manifest, Manifests } from './imports.ts';
import type { SourceFile } from './source-file.ts';
import { PACKAGES } from './source-file.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const NOT_OURS = new Set(['node_modules', 'dist', 'coverage', '.git', '.tallystick']);

export function readRepository(): { files: SourceFile[]; manifests: Manifests } {
  const files = ['scripts', ...PACKAGES].flatMap((folder) => readFolder(join(ROOT, folder)));
  const manifests = Object.fromEntries(
    ['.', ...PACKAGES].map((folder) => [folder, readManifest(join(ROOT, folder, 'package.json'))]),
  );
  return { files, manifests };
}

function readFolder(folder: string): SourceFile[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return NOT_OURS.has(entry.name) ? [] : readFolder(path);
    if (!/\.(ts|tsx|mjs|js|sql|md)$/.test(entry.name)) return [];
    return [{ path: relative(ROOT, path).split(sep).join('/'), text: readFileSync(path, 'utf8') }];
  });
}

function readManifest(path: string): Manifest {
  const manifest: Manifest = JSON.parse(readFileSync(path, 'utf8'));
  return manifest;
}
