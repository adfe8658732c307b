/** A journal that refuses what the core took in: whoever is at fault is left out, and nobody else. */
import { expect, test, vi } from 'vitest';
import type { Answer } from '../replica/command.ts';
import { receive, sell } from '../replica/commands.test-kit.ts';
import { type Node, pool, shop } from '../replica/world.test-kit.ts';
import type { Writes } from '../replica/writes.ts';
import type { StockFrame } from '../wire/frames.ts';
import { Engine } from './engine.ts';
import { wholeOrInParts } from './refused-turn.ts';

class Constraint extends Error {}

type Refuses = (writes: Writes) => boolean;

const entriesOf = (writes: Writes) => writes.runs.flatMap((run) => run.entries.map(({ entry }) => entry));
const mugs = pool('mug');
const sellsMugs: Refuses = (writes) =>
  entriesOf(writes).some(({ body }) => body.type === 'sold' && body.lines.some((line) => line.pool === mugs));
const usesMugsTrusted: Refuses = ({ rows }) =>
  rows.some(({ stream, pool, row }) => pool === mugs && row.used > 0 && stream.head.fence === null);

/** The shop and its till sold while they were cut off; the authority's engine runs on a journal that refuses some of it. */
function cutOff() {
  const { world, hq, berlin, till } = shop({ mug: 5, lamp: 50 });
  world.comesToRest = false;
  berlin.cut();
  world.calm();
  return { world, hq, berlin, till };
}

function engineOf(hq: Node, refuses: Refuses) {
  const told: string[] = [];
  let failure: unknown;
  let commits = 0;
  const engine = new Engine(
    hq.replica,
    {
      prepare: async () => {},
      commit: async (writes): Promise<'committed'> => {
        commits += 1;
        if (refuses(writes)) throw new Constraint('no_mugs');
        hq.journal.commit(writes);
        return 'committed';
      },
      wholeOrInParts,
      retry: async (error) => (error instanceof Constraint ? 'refused' : 'hopeless'),
    },
    {
      send: (to, frame) => hq.world.mail.push({ from: hq.id, to: to as Node['id'], frame }),
      hangUp: () => {},
      newLife: () => {},
      failed: (error) => {
        failure = error;
      },
      refused: (by, outcome) => told.push(`${by}: ${outcome}`),
    },
    {
      now: () => hq.world.now,
      nextPass: (run) => setImmediate(run),
      after: (ms, run) => {
        const timer = setTimeout(run, ms);
        return () => clearTimeout(timer);
      },
      random: () => 0,
    },
  );
  return {
    engine,
    told,
    failure: () => failure,
    commits: () => commits,
    /** Says hello in the name of a child, and hands over what it then sends. */
    async drain(child: Node) {
      const hello = child.hello();
      const agreed = { protocol: 1, channels: [{ name: 'stock', version: 1 }] };
      const opened = await engine.runDurably((self, now) => self.childUp(hello, agreed, now));
      expect(opened.ok).toBe(true);
      for (const letter of hq.world.mail.filter(({ to }) => to === child.id)) hq.world.deliver(letter);
      const said = hq.world.mail.filter(({ to }) => to === hq.id);
      hq.world.mail = [];
      for (const { frame } of said) engine.frame(child.id, frame as StockFrame);
      await engine.runDurably(() => {});
    },
  };
}

const settledOf = (hq: Node, writer: Node['self']) => hq.replica.ledger.streams.get(writer)?.head.seq;
const fenceOf = (hq: Node, writer: Node['self']) => hq.replica.ledger.streams.get(writer)?.head.fence?.reason;

test('[T6] one entry that the journal refuses shuts its writer out, and all others in that frame are taken in', async () => {
  const { world, hq, berlin, till } = cutOff();
  for (let i = 0; i < 20; i += 1) {
    expect(berlin.do(sell(`lamp-${i}`, { lamp: 1 })).ok).toBe(true);
    if (i !== 10) continue;
    till.ask(sell('mugs', { mug: 1 }, { waitMs: 5_000 }));
    world.calm();
  }
  expect(till.row('mug').used).toBe(1);
  const hub = engineOf(hq, sellsMugs);
  await hub.drain(berlin);
  expect(hub.failure()).toBeUndefined();
  expect(settledOf(hq, berlin.self)).toBe(berlin.replica.ledger.self.head.seq);
  expect(fenceOf(hq, berlin.self)).toBeUndefined();
  expect(fenceOf(hq, till.self)).toBe('malformed');
  expect(hq.journal.quarantined.map(({ entry, reason }) => [entry.writer, entry.body.type, reason])).toEqual([
    [till.self, 'sold', 'malformed'],
  ]);
  expect(hub.told).toEqual([expect.stringMatching(/^berlin: till\..*kept aside$/)]);
  // Some thirty entries in one frame: a few turns for each halving, and not one for each entry.
  expect(hub.commits()).toBeLessThan(30);
});

test('[T6] [F5] what breaks a rule that holds for the trusted alone is kept as late', async () => {
  const { hq, berlin } = cutOff();
  berlin.do(sell('mugs', { mug: 1 }));
  berlin.do(sell('lamp', { lamp: 1 }));
  const hub = engineOf(hq, usesMugsTrusted);
  await hub.drain(berlin);
  expect(fenceOf(hq, berlin.self)).toBe('malformed');
  expect(settledOf(hq, berlin.self)).toBe(berlin.replica.ledger.self.head.seq);
  expect(hq.journal.quarantined).toEqual([]);
  expect(hub.told).toEqual([expect.stringMatching(/kept late$/)]);
});

test('[T6] what follows such an entry is put aside with it, at the first word', async () => {
  const { hq, berlin } = cutOff();
  const hub = engineOf(hq, sellsMugs);
  for (const id of ['m1', 'm2', 'm3']) berlin.do(sell(id, { mug: 1 }));
  await hub.drain(berlin);
  expect(hub.told).toHaveLength(1);
  expect(hq.journal.quarantined.map(({ entry }) => entry.docId)).toEqual(['m1', 'm2', 'm3']);
  expect(hub.failure()).toBeUndefined();
});

test('[T6] a life whose first entry the journal refuses stands nowhere, and what it says is kept aside', async () => {
  const { world, hq } = cutOff();
  world.intercept('stream');
  const depot = world.add('depot', 'warehouse', undefined);
  depot.parent = hq;
  depot.do(receive('d1', { lamp: 4 }, 'depot'));
  const hub = engineOf(hq, (writes) => entriesOf(writes).some(({ writer }) => writer === depot.self));
  await hub.drain(depot);
  expect(hub.failure()).toBeUndefined();
  expect(hq.replica.ledger.streams.has(depot.self)).toBe(false);
  expect(hq.journal.quarantined.map(({ entry }) => entry.seq)).toEqual([1, 2, 3]);
});

test('a command that the journal refuses is refused, and those beside it are carried out', async () => {
  const { hq } = cutOff();
  const hub = engineOf(hq, (writes) => entriesOf(writes).some(({ docId }) => docId === 'bad'));
  const at = (id: string) => receive(id, { lamp: 1 }, 'hq');
  const answers = await Promise.all(['r1', 'bad', 'r2'].map((id) => hub.engine.submit(at(id))));
  const codes = answers.map((answer: Answer) => (answer.ok ? 'ok' : answer.code));
  expect(codes).toEqual(['ok', 'internal', 'ok']);
  expect(hub.failure()).toBeUndefined();
});

test('[T6] a turn that is refused without anybody’s input ends the engine: nobody is to blame', async () => {
  const { hq, berlin } = cutOff();
  berlin.do(sell('lamp', { lamp: 1 }));
  let isBroken = false;
  const hub = engineOf(hq, () => isBroken);
  await hub.engine.runDurably(() => {});
  isBroken = true;
  await hub.drain(berlin).catch(() => undefined);
  await vi.waitFor(() => expect(hub.failure()).toMatchObject({ name: 'TurnRefused', message: 'no_mugs' }));
  expect(fenceOf(hq, berlin.self)).toBeUndefined();
  expect(hq.journal.quarantined).toEqual([]);
});

test('a grant that the journal refuses is this replica’s own work, and ends the engine', async () => {
  const { world, hq, berlin } = cutOff();
  const hub = engineOf(hq, (writes) => entriesOf(writes).some(({ body }) => body.type === 'sent'));
  await hub.drain(berlin);
  const at = receive('r1', { lamp: 9 }, 'hq');
  expect((await hub.engine.submit(at)).ok).toBe(true);
  berlin.ask(sell('far', { lamp: 60 }, { waitMs: 5_000 }));
  const asks = world.intercept('asks').find(({ from }) => from === berlin.id)?.frame as StockFrame;
  expect(asks).toMatchObject({ kind: 'asks' });
  hub.engine.frame(berlin.id, {
    ...asks,
    items: [{ pool: pool('lamp', 'hq'), atLeast: 2, waitMs: 5_000 }],
  } as StockFrame);
  await hub.engine.runDurably(() => {}).catch(() => undefined);
  expect(hub.failure()).toMatchObject({ name: 'TurnRefused', message: 'no_mugs' });
  expect(fenceOf(hq, berlin.self)).toBeUndefined();
});

test('[T6] entries of a fourth replica are not believed to be at fault: the engine ends, and shuts nobody else out', async () => {
  const { world, hq } = cutOff();
  world.intercept('stream');
  const depots = ['d1', 'd2', 'd3', 'd4'].map((id) => {
    const depot = world.add(id, 'warehouse', undefined);
    depot.parent = hq;
    return depot;
  });
  const isGood = (writes: Writes) => !entriesOf(writes).some(({ body }) => body.type === 'received');
  const hub = engineOf(hq, (writes) => !isGood(writes));
  for (const [i, depot] of depots.entries()) {
    depot.do(receive(`r${i}`, { lamp: 4 }, depot.id));
    await hub.drain(depot).catch(() => undefined);
  }
  expect(depots.map(({ self }) => fenceOf(hq, self))).toEqual([
    'malformed',
    'malformed',
    'malformed',
    undefined,
  ]);
  expect(hub.failure()).toMatchObject({ name: 'TurnRefused', message: expect.stringContaining('too many') });
});
