/**
 * `npm run check:readme [--port-base N]`: every example of the SDK's README, pasted into an empty Vite project with the
 * packages as they would be published, typed, built, and opened in a real Chromium beside the fleet of `npm start`; the
 * one for programs runs in Node. Nothing but ports, the token and the codes is another than on the page. It installs from
 * the npm registry, or from npm's own copies.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transform } from 'esbuild';
import { commandLine } from '../command-line/command-line.ts';
import { Browser } from '../sdk/browser.ts';
import { StartedFleet } from './fleet.ts';
import { ROOT, ViteProject } from './project.ts';

const asked = commandLine(
  'npm run check:readme',
  "Every example of the SDK's README, pasted into an empty Vite project.",
  {
    'port-base': { about: 'where its fleet stands', number: 7_400, from: 1, to: 65_000 },
  },
);
const WAIT_MS = 60_000;
const README = readFileSync(join(ROOT, 'client-sdk/README.md'), 'utf8');

const fleet = new StartedFleet(asked['port-base']);
const project = new ViteProject();
const browser = new Browser();

function example(title: string): string {
  const section = README.split(/^## /m).find((text) => text.startsWith(`${title}\n`)) ?? '';
  const [, code] = /^```ts\n([\s\S]*?)^```$/m.exec(section) ?? [];
  if (code === undefined) throw new Error(`The README has no example "${title}".`);
  return fleet.placed(code);
}

/** What a page says on its console, and what stands on it. */
interface Shown {
  readonly printed: readonly string[];
  text(): Promise<string>;
}

async function inPage(main: string, isRight: (shown: Shown) => Promise<boolean>): Promise<void> {
  project.build(main);
  const page = await browser.open('about:blank');
  const printed: string[] = [];
  page.on('console', (message) => printed.push(message.text()));
  page.on('pageerror', (error) => printed.push(String(error)));
  await page.goto(await project.serve());
  const shown = { printed, text: async () => (await page.textContent('body')) ?? '' };
  for (const startedMs = performance.now(); !(await isRight(shown)); ) {
    if (performance.now() - startedMs > WAIT_MS)
      throw new Error(`It shows "${await shown.text()}" and printed:\n${printed.join('\n')}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await page.close();
}

const said = (pattern: RegExp) => async (shown: Shown) => shown.printed.some((line) => pattern.test(line));
const withToken = (code: string) => code.replace('from `npx tallystick token`', fleet.token);

const CHECKS: Readonly<Record<string, () => Promise<void>>> = {
  async 'An order'() {
    const { id, secret } = fleet.credential;
    const { code } = await transform(example('An order').replace("'erp'", JSON.stringify(id)), {
      loader: 'ts',
    });
    const printed = project.runInNode(code, { SECRET: secret });
    if (!/^[0-9a-f-]{36} confirmed\n$/.test(printed)) throw new Error(`It printed: ${printed}`);
  },
  'Live stock': () => inPage(withToken(example('Live stock')), said(/^[1-9]\d* mugs can be sold \(live\)$/)),
  'A cart': () => inPage(example('A cart'), said(/^saved /)),
  async 'A till'() {
    const command = /npx tallystick enroll ([^`]+)`/.exec(README.replaceAll('\n', ' '))?.[1] ?? '';
    const code = fleet.enroll(command.split(' '));
    const page = example('A till').replace('the one-time code', code);
    await inPage(page, async (shown) => {
      const isPrinted = await said(/^Receipt kasse-1-[0-9a-f]{4}-000001: 1990 EUR$/)(shown);
      return isPrinted && said(/^up settled$/)(shown);
    });
  },
  async 'In React'() {
    const mount = `import { createRoot } from 'react-dom/client';\n`;
    const page = `${mount}${withToken(example('In React'))}createRoot(document.body).render(app);\n`;
    await inPage(page, async ({ text }) => /^\d+$/.test((await text()).trim()));
  },
};

let failed = 0;
try {
  const noBrowser = await browser.start();
  if (noBrowser !== undefined) throw new Error(noBrowser);
  project.install();
  await fleet.start();
  for (const [title, check] of Object.entries(CHECKS)) {
    try {
      await check();
      console.log(`works  ${title}`);
    } catch (error) {
      failed += 1;
      console.log(`FAILS  ${title}\n${(error as Error).message}`);
    }
  }
} finally {
  project.stop();
  await browser.stop();
  await fleet.stop();
}
process.exitCode = failed === 0 ? 0 : 1;
