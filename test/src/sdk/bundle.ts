/** Bundles of the SDK, as an application's bundler makes them: for pages, small, in parts. */
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

export interface Part {
  /** Where it is found beside the page; the first one is the entry. */
  readonly name: string;
  readonly text: string;
  /** Bytes over the wire. */
  readonly gzipped: number;
}

export interface BundleOptions {
  /** Of what is bundled along: in `development` React looks twice at what may be done once. */
  readonly mode?: 'production' | 'development';
  /** Modules that a page has not, and files that stand in for them. */
  readonly instead?: Readonly<Record<string, string>>;
}

/** @param source the module of an application */
export async function bundle(
  source: string,
  { mode = 'production', instead = {} }: BundleOptions = {},
): Promise<Part[]> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    splitting: true,
    platform: 'browser',
    target: 'es2022',
    outdir: '/',
    conditions: ['tallystick-source'],
    alias: { ...instead },
    define: { 'process.env.NODE_ENV': JSON.stringify(mode) },
  });
  return outputFiles
    .map(({ path, text, contents }) => ({
      name: path.replaceAll('\\', '/'),
      text,
      gzipped: gzipSync(contents).length,
    }))
    .sort((a, b) => Number(b.name === '/stdin.js') - Number(a.name === '/stdin.js'));
}
