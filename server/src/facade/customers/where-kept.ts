/**
 * Where a customer is kept: in the books, by this region, or by another writer of this region, to which the request
 * goes on. What another region keeps is asked for at its door.
 */
import { type Agent, Problem } from '@tallystick/store-agent';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Residents } from '../../residents/residents.ts';
import { askAuthority } from '../ask-authority.ts';
import { passedBack } from '../forward.ts';
import type { Owners } from '../owners.ts';

export class WhereKept {
  readonly #agent: Agent;
  readonly #owners: Owners;
  readonly #here: Residents | undefined;

  constructor(agent: Agent, owners: Owners, here: Residents | undefined) {
    this.#agent = agent;
    this.#owners = owners;
    this.#here = here;
  }

  /**
   * What this region says of somebody, else the books; undefined where another writer of this region has answered.
   * @param own undefined where they are not kept here
   * @throws Problem whatever they refuse
   */
  async ask<T>(
    id: string,
    { request, reply }: { request: FastifyRequest; reply: FastifyReply },
    own: (here: Residents) => T | undefined,
    books: () => Promise<T>,
  ): Promise<T | undefined> {
    const mine = await this.#own(id, own);
    if (mine !== undefined) return mine;
    try {
      return await books();
    } catch (error) {
      // They may have moved here while the books were asked.
      const arrived = await this.#own(id, own);
      if (arrived !== undefined) return arrived;
      if (!(error instanceof Problem) || error.code !== 'kept_elsewhere') throw error;
      if (await this.wentOn(id, request, reply, request.body ?? undefined)) return undefined;
      throw error;
    }
  }

  async #own<T>(id: string, own: (here: Residents) => T | undefined): Promise<T | undefined> {
    if (this.#here === undefined) return undefined;
    await this.#here.arrive(id);
    return own(this.#here);
  }

  /** Which replica keeps somebody; null for the books, undefined where nobody is there for this caller. @throws Problem */
  async keeper(id: string, client: string | undefined): Promise<string | null | undefined> {
    const asked = { call: 'resident.place', id, ...(client === undefined ? {} : { client }) };
    const { keptAt } = (await askAuthority(this.#agent, asked)) as { keptAt: string | null | undefined };
    return keptAt;
  }

  /** Whether another writer of this region keeps somebody, and has answered. @throws Problem */
  async wentOn(id: string, request: FastifyRequest, reply: FastifyReply, body: unknown): Promise<boolean> {
    if (this.#owners.wasPassedOn(request) || !this.#owners.areMany) return false;
    // A session is known at the door where it began: its owner is told where to ask.
    const isPerson = request.headers.cookie !== undefined && request.headers.authorization === undefined;
    if (isPerson && request.principal.credential === undefined) return false;
    const keptAt = await this.keeper(id, request.principal.client);
    const writer = typeof keptAt === 'string' ? this.#owners.other(keptAt) : undefined;
    if (writer === undefined) return false;
    await passedBack(reply, await this.#owners.forward(writer, request, body));
    return true;
  }
}
