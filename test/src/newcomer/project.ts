/** An empty Vite project outside of this repository, as `npm create vite` makes one, with the packages as npm would bring them. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** What an application of the SDK installs. */
const PACKAGES = ['crdt', 'client-sdk'];
/** Where `vite preview` serves; `tallystick up` lets pages of there call its regions. */
const ORIGIN = 'http://localhost:4173';
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

/** As the template `vanilla-ts` has it: the types of pages, and none of Node. */
const TSCONFIG = {
  compilerOptions: {
    target: 'ES2023',
    lib: ['ES2023', 'DOM', 'DOM.Iterable'],
    types: [],
    module: 'ESNext',
    moduleResolution: 'bundler',
    moduleDetection: 'force',
    verbatimModuleSyntax: true,
    noEmit: true,
    strict: true,
    // What we publish is looked at too.
    skipLibCheck: false,
  },
  include: ['src'],
};

export class ViteProject {
  readonly folder = mkdtempSync(join(tmpdir(), 'tallystick-newcomer-'));
  #preview: ChildProcess | undefined;

  /** From the registry, or from what npm has kept of it; Vite, TypeScript and React in the versions that we build with. */
  install(): void {
    const packed = PACKAGES.map((name) => {
      const to = ['pack', '--json', '--ignore-scripts', '--pack-destination', this.folder];
      const [{ filename }] = JSON.parse(run(npm, to, join(ROOT, name)));
      return `./${filename}`;
    });
    this.#write('package.json', '{ "name": "shop", "private": true, "type": "module" }');
    this.#write('tsconfig.json', JSON.stringify(TSCONFIG));
    this.#write(
      'index.html',
      '<!doctype html><body></body><script type="module" src="/src/main.ts"></script>',
    );
    const tools = ['vite', 'typescript', 'react', 'react-dom', '@types/react', '@types/react-dom'];
    const wanted = tools.map((name) => `${name}@${versionOf(name)}`);
    run(npm, ['install', '--no-audit', '--no-fund', '--prefer-offline', ...packed, ...wanted], this.folder);
  }

  /** Typed as its author's editor does it, and built. @throws Error with what the tools say */
  build(main: string): void {
    mkdirSync(join(this.folder, 'src'), { recursive: true });
    this.#write('src/main.ts', main);
    run(process.execPath, [this.#bin('typescript/bin/tsc'), '-p', '.'], this.folder);
    run(process.execPath, [this.#bin('vite/bin/vite.js'), 'build', '--logLevel', 'error'], this.folder);
  }

  /** Serves what was built last. */
  async serve(): Promise<string> {
    if (this.#preview !== undefined) return ORIGIN;
    const { port } = new URL(ORIGIN);
    const args = ['preview', '--port', port, '--strictPort', '--host', 'localhost'];
    const preview = spawn(process.execPath, [this.#bin('vite/bin/vite.js'), ...args], {
      cwd: this.folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#preview = preview;
    await new Promise<void>((resolve, reject) => {
      preview.stdout.on('data', (said) => String(said).includes(port) && resolve());
      preview.once('exit', () => reject(new Error(`vite preview ended: is port ${port} in use?`)));
    });
    return ORIGIN;
  }

  /** Runs a module in Node, in this project. @returns what it printed */
  runInNode(code: string, env: Readonly<Record<string, string>>): string {
    this.#write('main.mjs', code);
    return run(process.execPath, ['main.mjs'], this.folder, env);
  }

  stop(): void {
    this.#preview?.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  #bin(path: string): string {
    return join(this.folder, 'node_modules', path);
  }
}

function versionOf(name: string): string {
  return JSON.parse(readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8')).version;
}

export function run(command: string, args: readonly string[], cwd: string, env = {}): string {
  const ran = spawnSync(command, args, { cwd, encoding: 'utf8', env: { ...process.env, ...env } });
  if (ran.status !== 0) throw new Error(`${command} ${args.join(' ')}\n${ran.stdout}${ran.stderr}`);
  return ran.stdout;
}
