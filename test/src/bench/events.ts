/**
 * events: from the commit of an event in the books to those who follow it at a region's door, and to receivers of
 * webhooks. Events are told by a writer of its own; each carries the time at which it was told, before its commit.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ReplicaId } from '@tallystick/crdt';
import { enrol, openIdentity, writeAgentFile } from '@tallystick/store-agent';
import { untilItWorks } from '../chaos/fleet.ts';
import { getJson } from '../chaos/http.ts';
import type { Bench, Case, Place, Round } from './bench.ts';
import { openServer } from './books.ts';
import { memoryOf } from './cpu.ts';
import { startHelper } from './helper.ts';
import type { Follow, Receive } from './processes/event-readers.ts';
import type { Tell } from './processes/event-writer.ts';
import { ONE_ADDRESS } from './rates.ts';
import { openRoot, startProgram } from './root.ts';
import type { Result, Target } from './target.ts';

const STREAMS = 1_000;
/** Of its SKU, which ten streams follow. */
const EACH_PER_SECOND = 10;
const SKUS = 100;
const FEED_PER_SECOND = 25_000;
const WEBHOOKS_PER_SECOND = 1_500;
const UP_MS = 60_000;

async function open(place: Place): Promise<Case[]> {
  const server = await openServer(place);
  const root = await openRoot(place, server.url, 'authority', ['--webhooks-to-loopback']);
  const region = await openRegion(place, root);
  const helper = {
    writer: startHelper(place, './processes/event-writer.ts'),
    readers: startHelper(place, './processes/event-readers.ts'),
  };
  const tell = (asked: Omit<Tell, 'databaseUrl'>) =>
    helper.writer.ask<void>('tell', { databaseUrl: server.url, ...asked } satisfies Tell);

  /** Readers are there first, then the writer begins; the readers end once they have what they wait for. */
  const follow = async (asked: Omit<Follow, 'port'>, told: Omit<Tell, 'databaseUrl'>): Promise<Round> => {
    await helper.readers.ask('follow', { port: region.port, ...asked } satisfies Follow);
    const writing = tell(told);
    const round = await helper.readers.ask<Round>('end', {});
    await writing;
    return round;
  };
  return [
    {
      name: 'sse',
      note: `${STREAMS} streams at one region, each of one of ${SKUS} SKUs of which ${EACH_PER_SECOND} events a second come; from told to read`,
      round: (seconds) =>
        follow(
          { streams: STREAMS, skus: SKUS, stuck: 0, each: EACH_PER_SECOND * seconds },
          { skus: SKUS, perSecond: SKUS * EACH_PER_SECOND, seconds },
        ),
    },
    {
      name: 'feed',
      note: `one stream of everything at a region, ${FEED_PER_SECOND} events told a second, beside one reader that takes nothing`,
      async round(seconds) {
        const before = memoryOf(region.pid);
        const round = await follow(
          { streams: 1, skus: 0, stuck: 1, each: FEED_PER_SECOND * seconds },
          { skus: SKUS, perSecond: FEED_PER_SECOND, seconds },
        );
        const after = memoryOf(region.pid);
        const note = `the region had ${before?.nowMiB.toFixed(0)} MiB before and ${after?.nowMiB.toFixed(0)} after`;
        return { ...round, note };
      },
    },
    {
      name: 'webhooks',
      note: `one endpoint that takes everything and one that never answers, ${WEBHOOKS_PER_SECOND} events told a second`,
      async round(seconds) {
        const wanted = WEBHOOKS_PER_SECOND * seconds;
        const url = await helper.readers.ask<string>('receive', {
          port: region.port,
          wanted,
        } satisfies Receive);
        place.say(`receivers at ${url}`);
        const writing = tell({ skus: SKUS, perSecond: WEBHOOKS_PER_SECOND, seconds });
        const round = await helper.readers.ask<Round>('end', {});
        await writing;
        return round;
      },
    },
  ];
}

async function openRegion(place: Place, root: Awaited<ReturnType<typeof openRoot>>) {
  const folder = join(place.folder, 'eu');
  mkdirSync(folder, { recursive: true });
  const code = await root.addReplica({ id: 'eu', kind: 'region', parent: 'authority', location: null });
  const identity = openIdentity(join(folder, 'identity.pem'));
  await untilItWorks('eu enrols', UP_MS, () => enrol(root.linkUrl, 'eu' as ReplicaId, code, identity));
  writeAgentFile(folder, {
    replica: 'eu',
    kind: 'region',
    location: null,
    parentUrl: root.linkUrl,
    port: 0,
    settings: ONE_ADDRESS,
  });
  const program = startProgram(place, 'eu', 'region');
  const port = Number(new URL((await program.start()).url).port);
  await untilItWorks('the region has its line', UP_MS, async () => {
    if ((await getJson(port, '/v1/events'))?.isConnected !== true) throw new Error('it has not');
  });
  return { port, pid: program.pid as number };
}

function reaches(
  name: string,
  text: string,
  bound: number,
  value: (result: Result) => number | undefined,
): Target {
  const is = name === 'sse' ? 'at most' : 'at least';
  return {
    text,
    bound,
    is,
    value: (results) => {
      const result = results.get(name);
      return result === undefined ? undefined : value(result);
    },
  };
}

export const events: Bench = {
  name: 'events',
  about: 'events out of the books, to streams and webhooks',
  rounds: 2,
  seconds: 2,
  open,
  targets: [
    reaches('sse', 'p99 ms from told to read', 150, ({ p99Ms }) => p99Ms?.median),
    reaches('feed', 'events a second through one region', 20_000, ({ perSecond }) => perSecond?.median),
    reaches('webhooks', 'webhooks a second', 1_000, ({ perSecond }) => perSecond?.median),
  ],
};
