/** node main.js --data DIR --port N --region ID=URL …: the provider of `tallystick up`, as a process of its own. */
import { Console } from 'node:console';
import { readOptions, stopSignal, wholeNumber, withPlainErrors } from '@tallystick/store-agent';
import { fleetPeople } from './people.ts';

// Standard output is for the one line that says where it listens; the library tells of itself on any version of Node.
globalThis.console = new Console(process.stderr);

process.exitCode = await withPlainErrors('tallystick', async () => {
  const values = readOptions(process.argv.slice(2), {
    data: { type: 'string' },
    port: { type: 'string' },
    region: { type: 'string', multiple: true },
  });
  const port = wholeNumber('--port', values.port ?? '', 1, 65_535);
  const regions = (values.region ?? []).map((text) => {
    const [id = '', url = ''] = text.split('=');
    return { id, url };
  });
  const people = await fleetPeople(values.data ?? '');
  const url = `http://127.0.0.1:${port}`;
  const signal = stopSignal();
  const { signInProvider } = await import('./provider.ts');
  const server = signInProvider(url, regions, people);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  process.stdout.write(`${JSON.stringify({ event: 'listening', url })}\n`);
  await signal;
  server.close();
  server.closeAllConnections();
  return 0;
});
