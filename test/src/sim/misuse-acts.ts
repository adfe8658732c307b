/** Acts of those who ask twice, for something else by the same id, or for what nobody may have. */
import { type Command, locationOf } from '@tallystick/crdt';
import type { Request } from './clients.ts';
import { ready, type Scene } from './scene.ts';
import { Violation } from './trace.ts';

/** Somebody asks again with the same id: the first answer again, or still the only one. */
export function again(scene: Scene): void {
  const requests = [...scene.clients.requests.values()];
  if (requests.length > 0) scene.clients.again(scene.prng.pick(requests));
}

/** The same id for something else is refused, whatever it is. */
export function differ(scene: Scene): void {
  const requests = [...scene.clients.requests.values()].filter(
    (request): request is Request & { command: { type: 'receive' } } =>
      request.state === 'accepted' &&
      !request.isPast &&
      request.command.type === 'receive' &&
      request.node.isRunning,
  );
  if (requests.length === 0) return;
  const { node, command } = scene.prng.pick(requests);
  node.submit({ ...command, lines: command.lines.map((line) => ({ ...line, n: line.n + 1 })) }, (answer) => {
    if (
      answer !== undefined &&
      (answer.ok ||
        !['document_differs', 'already_done', 'read_only', 'former_lives_unknown'].includes(answer.code))
    ) {
      throw new Violation(
        'T8',
        `${command.id} with other units was answered ${answer.ok ? 'ok' : answer.code}`,
      );
    }
  });
}

/** What no replica may take: quantities that are none (T7), goods of a place that somebody else keeps (T8). */
export function nonsense(scene: Scene): void {
  const { prng, tree } = scene;
  const node = ready(scene);
  if (node === undefined) return;
  const pool = prng.pick(tree.pools);
  const isForeign = tree.directory.keeperOf(locationOf(pool)) !== node.settings.replica;
  const n = prng.pick([0, -1, 1.5, 2 ** 31, Number.NaN]);
  const lines = [{ pool, n: isForeign && prng.chance(0.5) ? 1 : n }];
  const command: Command = {
    type: 'receive',
    id: scene.nextId('nonsense'),
    actor: 'x:1',
    cause: 'delivery',
    lines,
  };
  node.submit(command, (answer) => {
    if (answer?.ok === true) throw new Violation('T7', `${node.name} received ${lines[0]?.n} of ${pool}`);
  });
}
