/** Goods are moved by the keeper of their location alone; what belongs elsewhere is passed on (T8). */
import {
  type Accepted,
  type Answer,
  type Command,
  type Count,
  type Lose,
  locationOf,
  type Receive,
  type Refusal,
  type ReturnGoods,
  refuse,
  type Ship,
} from '@tallystick/crdt';
import type { Engine } from '@tallystick/crdt/host';
import type { Agent } from './agent.ts';
import { type Fact, factJson } from './http/answers.ts';
import { movedElsewhere } from './moved-elsewhere.ts';

/** Commands about goods at one place, which its keeper carries out. */
export type GoodsCommand = Receive | ReturnGoods | Ship | Count | Lose;

/** What became of a command that may have been carried out elsewhere. */
export type Done = { readonly ok: true; readonly fact: Fact } | Refusal;

/** @param acts of one keeper; several are one to whoever asks: all of them are done, or none */
export async function toKeeper(agent: Agent, ...acts: readonly GoodsCommand[]): Promise<Done> {
  const pools = acts.flatMap(({ lines }) => lines.map(({ pool }) => pool));
  const keepers = new Set(pools.map((pool) => agent.catalogue.keeperOf(locationOf(pool))));
  const [keeper] = keepers;
  const [command] = acts;
  if (keepers.size > 1) {
    return refuse('invalid_request', 'The lines belong to several keepers. Send one request for each.');
  }
  const isOne = command !== undefined && acts.length === 1;
  if (keeper === undefined || keeper === agent.id) {
    const answer = isOne ? await submitAtDoor(agent, command) : await doTogether(agent.engine, acts);
    return answer.ok ? { ok: true, fact: factJson(agent.engine.replica.ledger, answer) } : answer;
  }
  const body = isOne ? { call: 'command', command } : { call: 'together', commands: acts };
  const result = await agent.call(keeper, body);
  return result.ok ? { ok: true, fact: result.value as Fact } : refuse(result.code, result.message);
}

/** A command that came in at this replica's own door, or at one of its tills. A region's doors have looked themselves. */
export async function submitAtDoor(agent: Agent, command: Command): Promise<Answer> {
  const isMove = command.type === 'ship' || command.type === 'return';
  const isShops = agent.engine.replica.settings.kind !== 'region';
  return (isMove && isShops && (await movedElsewhere(agent, command))) || agent.submit(command);
}

/**
 * Several acts in one commit, or none of them (T5, D4). They must be such that none changes whether another may be done.
 * @returns the last one's answer: a repeat where all of them were done before
 */
export async function doTogether(engine: Engine, acts: readonly Command[]): Promise<Answer> {
  const answers = await engine.submitTogether((replica, now) => {
    for (const act of acts) {
      const refusal = replica.refusalOf(act, now);
      if (refusal !== undefined) return refusal;
    }
    return acts;
  });
  if ('ok' in answers) return answers;
  const refused = answers.find((answer) => !answer.ok);
  if (refused !== undefined) return refused;
  const done = answers as readonly Accepted[];
  return { ...(done.at(-1) as Accepted), replayed: done.every(({ replayed }) => replayed) };
}
