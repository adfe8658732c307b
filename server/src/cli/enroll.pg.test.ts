/** `tallystick enroll` says what was wrong, place by place, and what to do. */
import { fileURLToPath } from 'node:url';
import { run } from '@tallystick/store-agent/test-kit';
import { expect, test } from 'vitest';
import { TestFleet, TOKEN } from '../authority/fleet.test-kit.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

test('who cannot be added, and why; and a location that nobody has opened yet', async () => {
  const fleet = await TestFleet.start();
  const url = fleet.authorities[0]?.url as string;
  const enroll = (id: string, kind: string, parent: string, location: string) => {
    const args = ['enroll', id, '--kind', kind, '--parent', parent, '--location', location, '--url', url];
    return run(MAIN, args, { TALLYSTICK_OPERATOR_TOKEN: TOKEN });
  };
  const [wrong, orphan, mistyped] = await Promise.all([
    enroll('Till 1', 'nonsense', 'authority', 'berlin'),
    enroll('till-1', 'terminal', 'hamburg', 'berlin'),
    enroll('lyon', 'store', 'authority', 'nowhere'),
  ]);
  expect(wrong.code).toBe(1);
  expect(wrong.err).toMatch(/^tallystick: id: .*\nkind: .*"terminal"/);
  expect(orphan).toMatchObject({ code: 1, out: '' });
  expect(orphan.err).toContain('no replica is called hamburg. Add its parent first');
  expect(mistyped).toMatchObject({ code: 0, err: '' });
  expect(mistyped.out).toMatch(/^Mind: No location is called nowhere yet.*\n\nlyon may enrol once/);
});
