/** What a page loads of its scripts, by the list of parts that the build leaves beside them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

interface Part {
  readonly file: string;
  readonly imports?: readonly string[];
  readonly dynamicImports?: readonly string[];
}

/** @returns bytes, compressed by gzip, of all that the page can ever load, but for carts where it has none */
export function scriptBytes(folder: string, page: 'shop' | 'till' | 'console'): number {
  return page === 'till' ? tillBytes(folder) : pageBytes(folder, `${page}.html`);
}

/** The till's worker keeps all that it needs. */
function tillBytes(folder: string): number {
  const worker = readFileSync(join(folder, 'till-worker.js'), 'utf8');
  return sumOf(
    folder,
    [...worker.matchAll(/'\/(assets\/[^']+)'/g)].map(([, file]) => file as string),
  );
}

function pageBytes(folder: string, page: string): number {
  const parts = JSON.parse(readFileSync(join(folder, 'parts.json'), 'utf8')) as Record<string, Part>;
  const files = new Set<string>();
  const add = (name: string) => {
    const part = parts[name];
    if (part === undefined || files.has(part.file)) return;
    files.add(part.file);
    for (const next of [...(part.imports ?? []), ...(part.dynamicImports ?? [])]) add(next);
  };
  add(page);
  return sumOf(folder, [...files]);
}

function sumOf(folder: string, files: readonly string[]): number {
  return files
    .filter((file) => file.endsWith('.js'))
    .reduce((sum, file) => sum + gzipSync(readFileSync(join(folder, file)), { level: 9 }).length, 0);
}
