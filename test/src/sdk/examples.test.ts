/** Every example of the SDK, in its sources and its pages, compiles against it. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** Inside the repository, so that packages are found from there. */
const FOLDER = join(ROOT, 'node_modules/.cache/tallystick-examples');

interface Example {
  readonly where: string;
  readonly code: string;
}

function examplesIn(path: string): Example[] {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const inComments = path.endsWith('.ts');
  const fences = inComments ? /^ *\* ```ts\n([\s\S]*?)^ *\* ```$/gm : /^```ts\n([\s\S]*?)^```$/gm;
  return [...text.matchAll(fences)].map(({ 1: body = '', index }) => ({
    where: `${path}:${text.slice(0, index).split('\n').length}`,
    code: inComments ? body.replace(/^ *\* ?/gm, '') : body,
  }));
}

const sources = readdirSync(join(ROOT, 'client-sdk/src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !/\.(test|test-kit)\.ts$/.test(path))
  .map((path) => join('client-sdk/src', path));
const examples = [...sources, 'client-sdk/README.md', 'docs/sdk.md'].flatMap(examplesIn);

const WRONG: Example = {
  where: 'a call that there is not',
  code: `import { createClient } from '@tallystick/client-sdk';\nawait createClient({ url: '' }).get('/v1/nothing');\n`,
};

test('examples compile, and one that is wrong does not', () => {
  expect(examples.length).toBeGreaterThan(8);
  const all = [...examples, WRONG];
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const config = {
    extends: join(ROOT, 'tsconfig.base.json'),
    compilerOptions: { noEmit: true, declaration: false, declarationMap: false, sourceMap: false },
    include: ['*.ts'],
  };
  writeFileSync(join(FOLDER, 'tsconfig.json'), JSON.stringify(config));
  writeFileSync(join(FOLDER, 'package.json'), '{ "type": "module" }');
  for (const [i, { where, code }] of all.entries())
    writeFileSync(join(FOLDER, `example-${i}.ts`), `// ${where}\n${code}`);
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', FOLDER], { cwd: FOLDER, encoding: 'utf8' });
  const errors = stdout.split('\n').flatMap((line) => {
    const [, i, said] = /^example-(\d+)\.ts(.*)$/.exec(line) ?? [];
    return i === undefined ? [] : [{ where: all[Number(i)]?.where, said }];
  });
  expect(errors.filter(({ where }) => where !== WRONG.where)).toEqual([]);
  expect(errors).not.toEqual([]);
}, 180_000);
