/** Builds the screens: one page each, in parts, with compressed copies beside the files for a region to serve. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

const OUT = join(import.meta.dirname, 'dist/screens');

export default defineConfig({
  root: import.meta.dirname,
  resolve: { conditions: ['tallystick-source', 'module', 'browser'] },
  build: {
    outDir: OUT,
    emptyOutDir: true,
    // Which part loads which: what a page weighs is tested by it.
    manifest: 'parts.json',
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: {
      optimization: { inlineConst: { mode: 'all', pass: 3 } },
      // No getter here does anything: a value that nobody uses need not be read.
      treeshake: { propertyReadSideEffects: false },
      input: ['index', 'shop', 'till', 'console'].map((page) => join(import.meta.dirname, `${page}.html`)),
    },
  },
  plugins: [plainImports(), nobodysParent(), workerOfTill(), compressed()],
});

/**
 * A part that comes later, such as carts, is asked for as it is. Vite's own helper would ask for the parts that it needs
 * at once, and for styles of its own, of which no such part has any: two thirds of a kilobyte for each page.
 */
function plainImports(): Plugin {
  return {
    name: 'tallystick-plain-imports',
    enforce: 'pre',
    load: (id) =>
      id === '\0vite/preload-helper.js' ? 'export const __vitePreload = (part) => part();' : undefined,
  };
}

/** Gives the till's worker the names of what the till needs without a network. */
function workerOfTill(): Plugin {
  return {
    name: 'tallystick-till-worker',
    generateBundle(_options, bundle) {
      const files = new Set<string>();
      const add = (name: string) => {
        if (files.has(name)) return;
        files.add(name);
        const part = bundle[name];
        if (part?.type !== 'chunk') return;
        // What a part loads by itself when it is needed, such as carts, a till has no use for.
        for (const next of part.imports) add(next);
        for (const style of part.viteMetadata?.importedCss ?? []) files.add(style);
      };
      for (const part of Object.values(bundle))
        if (part.type === 'chunk' && part.isEntry && /^till/.test(part.name)) add(part.fileName);
      const source = readFileSync(join(import.meta.dirname, 'src/till/worker.js'), 'utf8');
      this.emitFile({
        type: 'asset',
        fileName: 'till-worker.js',
        source: source.replace('/* files */', [...files].map((file) => `'/${file}'`).join(', ')),
      });
    },
  };
}

/** What a parent or the authority alone decides is left out: no page is ever above anybody. What a page would answer stands here. */
const LEFT_OUT = {
  'hub/take-in.ts': "export const takeIn = () => { throw new Error('A page has no children.'); };",
  'replica/forgotten-lives.ts':
    'export class ForgottenLives { onEffect() {} onHead() {} putBack() {} named() { return []; } giveAccounts() { return false; } }',
};

function nobodysParent(): Plugin {
  return {
    name: 'tallystick-nobodys-parent',
    load: (id) => Object.entries(LEFT_OUT).find(([file]) => id.endsWith(`/crdt/src/${file}`))?.[1],
  };
}

function compressed(): Plugin {
  return {
    name: 'tallystick-compressed',
    closeBundle() {
      const folder = join(OUT, 'assets');
      for (const name of readdirSync(folder)) {
        if (!/\.(js|css|svg)$/.test(name)) continue;
        const bytes = readFileSync(join(folder, name));
        writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }));
        writeFileSync(join(folder, `${name}.br`), brotliCompressSync(bytes));
      }
    },
  };
}
