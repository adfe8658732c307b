/**
 * Clone trade: what people ask of two machines with one identity, and of those around them.
 * Whoever is not sure of an answer asks the other machine for the same, by the same id.
 */
import {
  type Answer,
  type Command,
  type Entry,
  type HoldId,
  locationOf,
  type OrderId,
  type PoolId,
  poolId,
} from '@tallystick/crdt';
import type { SimNode } from './node.ts';
import { order, sellLine, waits } from './order-acts.ts';
import type { Prng } from './prng.ts';
import { Violation } from './trace.ts';
import type { World } from './world.ts';

/** Over before the links are quiet. */
const TTL_MS_MAX = 8_000;
const WAIT_MS = 5_000;

/** What was asked, where, and each entry that was answered with. */
export interface Asked {
  readonly command: Command;
  readonly of: SimNode;
  readonly answers: { readonly node: SimNode; readonly entry: Entry }[];
}

interface OrderOfClones {
  readonly command: Extract<Command, { type: 'sell' }>;
  readonly entry: Entry;
  readonly node: SimNode;
  /** Whoever cancels and whoever ships have talked to each other first, and what came back is not shipped again. */
  course: 'standing' | 'cancelling' | 'shipping';
  outside: number;
}

const WEIGHTS = {
  sell: 50,
  hold: 8,
  endHold: 8,
  cancel: 8,
  receive: 12,
  ship: 8,
  return: 6,
  again: 8,
} as const;

export class CloneTrade {
  readonly asked = new Map<string, Asked>();
  readonly #world: World;
  readonly #prng: Prng;
  readonly #twins: readonly SimNode[];
  readonly #orders: OrderOfClones[] = [];
  readonly #holds: HoldId[] = [];

  constructor(world: World, prng: Prng, twins: readonly SimNode[]) {
    this.#world = world;
    this.#prng = prng;
    this.#twins = twins;
  }

  act(): void {
    const act = this.#prng.weighted(WEIGHTS);
    if (act === 'sell') this.#sell();
    else if (act === 'hold') this.#hold();
    else if (act === 'endHold') this.#endHold();
    else if (act === 'cancel') this.#cancel();
    else if (act === 'receive') this.#receive();
    else if (act === 'ship') this.#ship();
    else if (act === 'return') this.#return();
    else this.#again();
  }

  /** Mostly one of the two, for they are what this is about, or a child of theirs, whom both may send units. */
  #anyone(): SimNode {
    const { nodes } = this.#world;
    const children = nodes.filter((node) => this.#twins.includes(this.#world.parentOf(node) as SimNode));
    const who = this.#prng.weighted({ twin: 5, child: children.length > 0 ? 3 : 0, anyone: 2 });
    return this.#prng.pick(who === 'twin' ? this.#twins : who === 'child' ? children : nodes);
  }

  #others(node: SimNode): readonly SimNode[] {
    return this.#twins.includes(node) ? this.#twins.filter((each) => each !== node) : [];
  }

  /** Asked there and, now and then, a little later at the other machine too. */
  ask(node: SimNode, command: Command): void {
    this.submit(node, command);
    for (const other of this.#others(node)) {
      if (!this.#prng.chance(0.3)) continue;
      this.#world.trace.saw('one thing asked of both clones');
      this.#world.runLater(this.#prng.spanMs(0, 2_000), () => this.submit(other, command));
    }
  }

  submit(node: SimNode, command: Command): void {
    const asked = this.asked.get(command.id) ?? { command, of: node, answers: [] };
    this.asked.set(command.id, asked);
    if (!node.isServing) return;
    this.#world.trace.say(
      node.name,
      () => `? ${command.type} ${command.id}${this.#twins[1] === node ? ' (twin)' : ''}`,
    );
    node.submit(command, (answer) => this.#answered(node, asked, answer));
  }

  #answered(node: SimNode, { command, answers }: Asked, answer: Answer | undefined): void {
    if (answer === undefined) return;
    this.#world.trace.event('answer', node.name, answer.ok ? answer.entry.seq : 0);
    this.#world.trace.say(
      node.name,
      () => `= ${command.id} ${answer.ok ? `ok #${answer.entry.seq}` : answer.code}`,
    );
    if (!answer.ok) return;
    const { entry } = answer;
    const isFirst = answers.length === 0;
    // A life gives one answer to one id, its first.
    const before = answers.find((each) => each.entry.writer === entry.writer && each.node === node);
    if (before !== undefined && before.entry.seq !== entry.seq)
      throw new Violation('T8', `${command.id} was answered with two entries of ${entry.writer}`);
    answers.push({ node, entry });
    if (isFirst && command.type === 'sell' && entry.body.type === 'sold')
      this.#orders.push({ command, entry, node, course: 'standing', outside: 0 });
    if (command.type === 'hold' && isFirst) this.#holds.push(command.id as HoldId);
  }

  #sell(): void {
    const { tree, shelves } = this.#world;
    const pool = this.#prng.pick(tree.pools);
    const n = this.#prng.between(1, this.#prng.chance(0.2) ? 8 : 3);
    const id = this.#world.scene.nextId('cloned-order');
    const isInHand = this.#prng.chance(0.15) && shelves.standing(pool) >= n;
    if (isInHand) shelves.take(pool, n);
    const override = isInHand ? { override: { reason: 'in hand', owedMax: 50 } } : {};
    const goes = isInHand ? [locationOf(pool)] : [];
    const lines = [sellLine(pool, n, '1')];
    this.ask(this.#anyone(), {
      type: 'sell',
      id,
      actor: 'web:1',
      ...order(goes),
      ...waits(this.#prng),
      ...override,
      lines,
    });
  }

  /** Somebody at a child of theirs wants more than it has, of goods that either machine could send it. */
  lack(child: SimNode): void {
    const found = this.#world.tree.pools.filter(
      (pool) => !this.#keeperIs(child, pool) && this.#twins.every((each) => this.#mayHave(each, pool)),
    );
    if (found.length === 0 || !child.isServing) return;
    // Mostly of the same goods, which the other machine was asked for before or will be.
    const pool = this.#prng.chance(0.6) ? (found[0] as PoolId) : this.#prng.pick(found);
    const n = this.#prng.between(1, 2);
    for (const machine of this.#twins)
      if (machine.replica.canSell(pool) < n) this.#deliverTo(machine, pool, 2 * n);
    const lines = [sellLine(pool, child.replica.canSell(pool) + n, '1')];
    const id = this.#world.scene.nextId('cloned-order');
    this.submit(child, { type: 'sell', id, actor: 'web:1', waitMs: WAIT_MS, ...order([]), lines });
  }

  #mayHave(machine: SimNode, pool: PoolId): boolean {
    return machine.isServing && (this.#keeperIs(machine, pool) || machine.replica.canSell(pool) > 1);
  }

  #hold(): void {
    const pool = this.#prng.pick(this.#world.tree.pools);
    const lines = [{ pool, n: this.#prng.between(1, 3) }];
    const ttlMs = this.#prng.between(300, TTL_MS_MAX);
    const id = this.#world.scene.nextId('cloned-hold');
    this.ask(this.#anyone(), { type: 'hold', id, actor: 'web:1', ttlMs, lines, ...waits(this.#prng) });
  }

  #endHold(): void {
    const holdId = this.#holds.shift();
    const asked = holdId === undefined ? undefined : this.asked.get(holdId);
    if (holdId === undefined || asked?.command.type !== 'hold') return;
    const { node } = this.#prng.pick(asked.answers);
    const base = { actor: 'web:1', holdId };
    if (this.#prng.chance(0.3))
      return this.ask(node, { ...base, type: 'release', id: this.#world.scene.nextId('cloned-release') });
    const lines = asked.command.lines.map(({ pool, n }) => sellLine(pool, n, '1'));
    const id = this.#world.scene.nextId('cloned-order');
    this.ask(node, { ...base, type: 'confirm', id, ...order([]), lines });
  }

  #cancel(): void {
    const found = this.#orders.slice(-30).filter(({ course, command }) => {
      return course !== 'shipping' && command.departsFrom.length === 0;
    });
    if (found.length === 0) return;
    const cancelled = this.#prng.pick(found);
    cancelled.course = 'cancelling';
    this.ask(cancelled.node, {
      type: 'cancel',
      id: this.#world.scene.nextId('cloned-cancel'),
      actor: 'web:1',
      orderId: cancelled.entry.docId as OrderId,
      reason: 'changed mind',
    });
  }

  #receive(): void {
    const pool = this.#prng.pick(this.#world.tree.pools);
    this.deliver(pool, this.#prng.between(1, 6));
  }

  /** One delivery note, which clerks at both machines may type in. */
  deliver(pool: PoolId, n: number): void {
    const keeper = this.#keeperOf(pool);
    if (keeper !== undefined) this.#deliverTo(keeper, pool, n);
  }

  #deliverTo(keeper: SimNode, pool: PoolId, n: number): void {
    this.#world.shelves.put(pool, n);
    const id = this.#world.scene.nextId('cloned-receipt');
    this.ask(keeper, { type: 'receive', id, actor: 'clerk:1', cause: 'delivery', lines: [{ pool, n }] });
  }

  #keeperOf(pool: PoolId): SimNode | undefined {
    const replica = this.#world.tree.directory.keeperOf(locationOf(pool));
    const keepers = this.#world.nodes.filter(({ name, isServing }) => name === replica && isServing);
    return keepers.length === 0 ? undefined : this.#prng.pick(keepers);
  }

  #ship(): void {
    const { shelves } = this.#world;
    const found = this.#orders.slice(-30).filter(({ course, command }) => {
      const [line] = command.lines;
      const isOpen = course === 'standing' && command.departsFrom.length === 0;
      return isOpen && line !== undefined && shelves.standing(poolOf(command)) >= line.quantityBase;
    });
    if (found.length === 0) return;
    const shipped = this.#prng.pick(found);
    const pool = poolOf(shipped.command);
    const [line] = shipped.command.lines;
    const keeper = this.#keeperOf(pool);
    if (keeper === undefined || line === undefined) return;
    const n = line.quantityBase;
    shipped.course = 'shipping';
    shipped.outside = n;
    shelves.take(pool, n);
    const lines = [{ lineId: line.lineId, pool, n, ordered: n }];
    const id = this.#world.scene.nextId('cloned-shipment');
    const orderId = shipped.entry.docId as OrderId;
    this.ask(keeper, { type: 'ship', id, actor: 'clerk:1', orderId, lines });
  }

  #return(): void {
    const found = this.#orders.slice(-30).filter(({ outside }) => outside > 0);
    if (found.length === 0) return;
    const back = this.#prng.pick(found);
    const pool = poolOf(back.command);
    const [line] = back.command.lines;
    const keeper = this.#keeperOf(pool);
    if (keeper === undefined || line === undefined) return;
    const n = this.#prng.between(1, back.outside);
    back.outside -= n;
    this.#world.shelves.put(pool, n);
    const lines = [{ lineId: line.lineId, pool, n, sold: line.quantityBase }];
    const id = this.#world.scene.nextId('cloned-return');
    this.ask(keeper, { type: 'return', id, actor: 'clerk:1', orderId: back.entry.docId as OrderId, lines });
  }

  /** Whoever had no answer from one machine, or lost it, tries the other. */
  #again(): void {
    // Whoever went to a third machine stays with it: that is two doors, of two replicas (T8).
    const recent = [...this.asked.values()].slice(-20).filter(({ of }) => this.#twins.includes(of));
    if (recent.length === 0) return;
    const { command } = this.#prng.pick(recent);
    const node = this.#prng.pick(this.#twins);
    const isDirected = command.type === 'receive' || command.type === 'ship' || command.type === 'return';
    if (!isDirected || this.#keeperIs(node, command.lines[0]?.pool)) this.submit(node, command);
  }

  #keeperIs({ name }: SimNode, pool: PoolId | undefined): boolean {
    return pool !== undefined && this.#world.tree.directory.keeperOf(locationOf(pool)) === name;
  }
}

function poolOf({ lines }: OrderOfClones['command']): PoolId {
  const [{ sku, locationId }] = lines as readonly [ReturnType<typeof sellLine>];
  return poolId(sku, locationId);
}
