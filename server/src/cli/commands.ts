/** The commands of `tallystick`. Each is loaded when it is asked for, so that none pays for the others. */
import { ConfigError, withPlainErrors } from '@tallystick/store-agent';

const HELP = `tallystick: sell everywhere, never a unit twice

  tallystick up        [--data DIR] [--port-base N] [--fresh] [--log LEVEL] [--json]
                       a whole fleet on this machine: books, two regions, a shop with tills
  tallystick replay    [FILE.csv[.gz]] [--limit N] [--stores N] [--cut-share X] [--kills N] [--seed N]
                       [--map a=B,…] [--day-first] [--strict] [--json]
                       a year of trade through real replicas, with cuts and crashes

  tallystick token     [--as integrator|operator] [--data DIR] [--url REGION]
                       a bearer token for the fleet on this machine

  Asked of a running authority, found with --data DIR or --url URL; --json for machines:
  tallystick why SKU   where every unit of it is, in words
  tallystick retire ID --operator WHO [--counted SKU@PLACE=N,…] [--id ACT]   give up a lost replica
                    [--with-children]                                       and all that hang below it
                    --former --operator WHO [--counted … --machine-is-off]  it goes on, restored: what it held before
  tallystick move ID   --to PARENT --operator WHO                            give it another parent
  tallystick recovered [--operator WHO [--counted SKU@PLACE=N,…] [--gone ID,…] [--id ACT]]
                       after the books were put back: who has not answered yet; with --operator, take back what is left
  tallystick credential ID --role ROLE [--client CLIENT] [--name NAME]       an id and secret for a program: see docs/rest.md
  tallystick cashier ID --location PLACE[,…] [--role cashier|manager]        a PIN for somebody who sells
                     --new-pin | --remove                                    another one; none any more
  tallystick keep-customers REGION [--customer ID,…] [--no-wait] | --stop    personal data that the books have of a
                                                                             region’s customers moves to that region
  tallystick enroll ID --kind KIND --parent ID [--location ID]               a one-time code for a new replica
  tallystick verify    [--data DIR | --database URL] [--head SEQ:HASH] [--json]  recompute every chain in the books

  tallystick authority --data DIR [--host H] [--port N] [--postgres-port N] [--resend-ms N] [--gather-ms N] [--policy JSON]
                       [--retention JSON]
                       [--tls-cert FILE --tls-key FILE [--tls-clients FILE]]
                       [--log LEVEL] [--json]       (DATABASE_URL for your own Postgres)
  tallystick region    --data DIR [--host H] [--port N] [--parent URL] [--log LEVEL] [--json]

Every command takes --help.
`;

type Command = (args: readonly string[]) => Promise<number>;

const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  up: async () => (await import('./up/up.ts')).up,
  authority: async () => (await import('./run-authority.ts')).runAuthority,
  region: async () => (await import('../region/region.ts')).runRegion,
  replay: async () => (await import('./replay/replay.ts')).replay,
  why: async () => (await import('./ask.ts')).askWhy,
  retire: async () => (await import('./ask.ts')).askRetire,
  move: async () => (await import('./ask.ts')).askMove,
  recovered: async () => (await import('./ask-recovered.ts')).askRecovered,
  enroll: async () => (await import('./ask.ts')).askEnroll,
  token: async () => (await import('./ask-access.ts')).askToken,
  cashier: async () => (await import('./ask-access.ts')).askCashier,
  credential: async () => (await import('./ask-access.ts')).askCredential,
  'keep-customers': async () => (await import('./ask-moves.ts')).askKeepCustomers,
  verify: async () => (await import('./verify-books.ts')).verifyBooks,
};

export function runCli(args: readonly string[]): Promise<number> {
  return withPlainErrors('tallystick', async () => {
    const [name, ...rest] = args;
    if (name === undefined || name === 'help' || name === '--help' || rest.includes('--help')) {
      process.stdout.write(HELP);
      return name === undefined ? 1 : 0;
    }
    const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (load === undefined) throw new ConfigError(`There is no command "${name}". See tallystick --help.`);
    const command = await load();
    return command(rest);
  });
}
