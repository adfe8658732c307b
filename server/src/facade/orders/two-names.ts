/**
 * An order with two names: an id of its own, and the Idempotency-Key of its request. The id's owner takes the order; the
 * key's owner knows which order the key stands beside, and is asked first. Where that is down nobody else answers for it.
 */
import { errorKind } from '@tallystick/crdt/wire';
import { type Agent, Problem } from '@tallystick/store-agent';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { passedBack } from '../forward.ts';
import type { Owners } from '../owners.ts';
import { OrderKeys, otherOrder } from './order-keys.ts';

interface Named {
  readonly id: string;
  readonly key: string;
  readonly body: unknown;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

export class TwoNames {
  readonly #agent: Agent;
  readonly #owners: Owners;
  readonly #keys: OrderKeys;

  constructor(agent: Agent, owners: Owners) {
    this.#agent = agent;
    this.#owners = owners;
    this.#keys = new OrderKeys(agent.dataDir);
  }

  /** @param placeHere takes the order at this writer @throws Problem where the key stood beside another order, and as `placeHere` */
  async place(named: Named, placeHere: () => Promise<FastifyReply>): Promise<FastifyReply> {
    const { id, key, body, request, reply } = named;
    const isPassedOn = this.#owners.wasPassedOn(request);
    const keyOwner = this.#owners.elsewhere(key);
    if (keyOwner !== undefined) {
      // Passed on by the key's owner, who has seen to it.
      if (isPassedOn) return placeHere();
      await passedBack(reply, await this.#owners.forward(keyOwner, request, body));
      return reply;
    }
    if (this.#agent.engine.replica.ledger.findDocument('order', key) !== undefined) throw otherOrder(key);
    await this.#keys.take(key, id);
    try {
      const owner = this.#owners.elsewhere(id);
      if (owner === undefined) await placeHere();
      else await passedBack(reply, await this.#owners.forward(owner, request, body));
      this.#keys.became(key, isNo(reply.statusCode) ? 'refused' : 'kept');
    } catch (error) {
      const isRefused = error instanceof Problem && isNo(errorKind(error.code).status);
      this.#keys.became(key, isRefused ? 'refused' : 'kept');
      throw error;
    }
    return reply;
  }

  /** The key is all the name that an order has. @throws Problem where it stood beside one with an id of its own */
  checkAlone(key: string): void {
    if (this.#keys.isUsed && this.#owners.elsewhere(key) === undefined) this.#keys.checkAlone(key);
  }

  close(): void {
    this.#keys.close();
  }
}

/** Of what failed on our side nobody knows whether it was done. */
function isNo(status: number): boolean {
  return status >= 400 && status < 500;
}
