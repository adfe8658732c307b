/** `/metrics` as Prometheus reads it, and the alert rules that are built on it. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { onHand, TestFleet, until } from './fleet.test-kit.ts';

const RULES = fileURLToPath(new URL('../../../docs/ops/alerts.yml', import.meta.url));
const METRIC = /^# HELP (tallystick_[a-z_]+) [^\n]+\n# TYPE \1 (counter|gauge)\n\1 -?[0-9.e+]+\n/;

/** @returns the values by name; nothing stands there that does not follow the text format */
function read(text: string): Map<string, number> {
  const values = new Map<string, number>();
  let rest = text;
  while (rest !== '') {
    const [whole = '', name = '', kind] = METRIC.exec(rest) ?? [];
    expect(whole, rest.slice(0, 200)).not.toBe('');
    expect(values.has(name), `${name} stands there once`).toBe(false);
    expect(name.endsWith('_total'), `${name} is a ${kind}`).toBe(kind === 'counter');
    values.set(name, Number(whole.trimEnd().split(' ').at(-1)));
    rest = rest.slice(whole.length);
  }
  return values;
}

function promtool(args: readonly string[], input?: string): void {
  const { error, status, stdout, stderr } = spawnSync('promtool', args, { input, encoding: 'utf8' });
  if (error !== undefined) console.log(`promtool ${args.join(' ')} was left out: promtool is not installed`);
  else expect(`${status} ${stdout}${stderr}`).toMatch(/^0 /);
}

test('figures count what happened, follow the format, and alerts speak of no others', async () => {
  const fleet = await TestFleet.start();
  await fleet.add('eu', 'region', 'authority', null);
  const shop = await fleet.add('berlin', 'store', 'eu', 'berlin');
  const figures = async (url: string) => {
    const text = await (await fetch(`${url}/metrics`)).text();
    promtool(['check', 'metrics'], text);
    return read(text);
  };
  const url = fleet.served.get('berlin')?.url as string;
  await fleet.post('berlin', '/v1/receipts', { id: 'r1', lines: [{ sku: 'MUG', quantity: 1 }] });
  await until(() => onHand(shop, 'MUG', 'berlin') === 1, 'a mug is there');
  const before = await figures(url);
  const order = { waitMs: 0, lines: [{ sku: 'MUG', quantity: 3 }] };
  expect((await fleet.post('berlin', '/v1/sales', { id: 's1', ...order })).status).toBe(409);
  const override = { reason: 'in her hands' };
  expect((await fleet.post('berlin', '/v1/sales', { id: 's2', override, ...order })).status).toBe(201);
  const after = await figures(url);
  const grown = (name: string) => (after.get(name) as number) - (before.get(name) as number);
  expect(grown('tallystick_refused_commands_total')).toBe(1);
  expect(grown('tallystick_owed_units')).toBe(2);
  expect(after.get('tallystick_fenced_writers')).toBe(0);

  const [{ authority, url: books }] = fleet.authorities as unknown as [(typeof fleet.authorities)[number]];
  await authority.pool.query(
    `insert into tallystick.quarantine (writer, seq, hash, reason, bytes, position)
      values ('x#1', 1, decode(repeat('00', 32), 'hex'), 'forked', '', 1)`,
  );
  const known = await figures(books);
  expect(known.get('tallystick_quarantined_entries')).toBe(1);
  expect(known.get('tallystick_failed_deliveries')).toBe(0);

  const rules = readFileSync(RULES, 'utf8');
  const spoken = new Set(rules.match(/tallystick_[a-z_]+/g));
  expect(spoken.size).toBeGreaterThan(6);
  expect([...spoken].filter((name) => !after.has(name) && !known.has(name))).toEqual([]);
  promtool(['check', 'rules', RULES]);
});
