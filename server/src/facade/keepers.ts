/** Keepers: goods that several places hold are moved by each place's own replica, and each says what became of its part. */
import { locationOf, type PoolId } from '@tallystick/crdt';
import {
  type Agent,
  type Done,
  derivedId,
  type GoodsCommand,
  Problem,
  toKeeper,
} from '@tallystick/store-agent';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';

export const keeperResultSchema = z.object({
  keeper: z.string(),
  ok: z.boolean(),
  replayed: z.boolean().optional(),
  code: z.string().optional(),
  detail: z.string().optional(),
});
export type KeeperResult = z.output<typeof keeperResultSchema>;

/**
 * Has each keeper do its part, all or nothing, also where that is several acts.
 * @param name the document's; where there are several keepers, each part has a name made from it
 * @param check is asked before anybody does anything, and throws where it may not be
 * @throws Problem where one keeper is all there is, and it refuses
 */
export async function byKeepers<Line extends { readonly pool: PoolId }>(
  agent: Agent,
  name: string,
  lines: readonly Line[],
  toCommands: (name: string, part: readonly Line[]) => readonly GoodsCommand[],
  check: (planned: readonly GoodsCommand[]) => void = () => {},
): Promise<KeeperResult[]> {
  agent.checkGoods(lines.map(({ pool }) => pool));
  const parts = new Map<string, Line[]>();
  for (const line of lines) {
    const keeper = agent.catalogue.keeperOf(locationOf(line.pool)) as string;
    const part = parts.get(keeper);
    if (part === undefined) parts.set(keeper, [line]);
    else part.push(line);
  }
  const planned = [...parts].map(([keeper, part]) => {
    return { keeper, commands: toCommands(parts.size === 1 ? name : partName(name, keeper), part) };
  });
  check(planned.flatMap(({ commands }) => commands));
  const results: KeeperResult[] = [];
  for (const { keeper, commands } of planned) {
    const done = await toKeeper(agent, ...commands);
    if (!done.ok && parts.size === 1) throw Problem.of(done);
    results.push(resultOf(keeper, done));
  }
  return results;
}

/** What the part of one of several keepers is called. */
export function partName(name: string, keeper: string): string {
  return derivedId(name, `~${keeper}`);
}

function resultOf(keeper: string, done: Done): KeeperResult {
  return done.ok
    ? { keeper, ok: true, replayed: done.fact.replayed }
    : { keeper, ok: false, code: done.code, detail: done.message };
}

/** 201 where all did their part, 207 where not; and whether all of it was done before. */
export function sayResults(reply: FastifyReply, results: readonly KeeperResult[]): void {
  if (isRepeat(results)) reply.header('idempotent-replayed', 'true');
  reply.code(results.every(({ ok }) => ok) ? 201 : 207);
}

export function isRepeat(results: readonly KeeperResult[]): boolean {
  return results.every(({ replayed }) => replayed === true);
}
