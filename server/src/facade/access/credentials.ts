/** Credentials as this region has them: parsed once for each version of its copy, however often they are asked for. */
import { type Agent, allowList, type Catalogue, type ItemKind } from '@tallystick/store-agent';
import type { z } from 'zod';
import {
  type Credential,
  clientInput,
  credentialInput,
  type SigningKey,
  signingKeyInput,
} from '../../access/items.ts';
import { actorOf, type Principal } from '../../access/principal.ts';
import { ROLES } from '../../access/scopes.ts';

/** A credential that lets somebody in now. */
export interface LiveCredential {
  readonly credential: Credential;
  readonly principal: Principal;
  readonly isAllowedFrom: (ip: string) => boolean;
}

/** More are not in use at once at one region. */
const CACHED_MAX = 10_000;

export class Credentials {
  readonly #catalogue: Catalogue;
  #version = -1;
  readonly #live = new Map<string, LiveCredential | undefined>();

  constructor({ catalogue }: Agent) {
    this.#catalogue = catalogue;
  }

  /** In which version of the copy all this is so. */
  get version(): number {
    return this.#catalogue.copy.version;
  }

  /** @returns undefined for one that is not there or revoked, or whose client is suspended */
  live(id: string): LiveCredential | undefined {
    if (this.#version !== this.version || this.#live.size >= CACHED_MAX) {
      this.#version = this.version;
      this.#live.clear();
    }
    if (!this.#live.has(id)) {
      const found = this.#find(id);
      // Whoever tries out names fills nothing.
      if (found === undefined) return undefined;
      this.#live.set(id, found);
    }
    return this.#live.get(id);
  }

  #find(id: string): LiveCredential | undefined {
    const credential = this.#read('credential', id, credentialInput);
    if (credential === undefined || credential.status !== 'active') return undefined;
    const { role, client } = credential;
    if (client !== null && this.#read('client', client, clientInput)?.status !== 'active') return undefined;
    return {
      credential,
      principal: {
        credential: id,
        role,
        client: client ?? undefined,
        scopes: new Set(ROLES[role]),
        actor: actorOf(role, id, client),
      },
      isAllowedFrom: allowList(credential.addresses),
    };
  }

  /** Of a region that is one still: whoever has the disk of one that was retired has its key. */
  signingKey(kid: string): SigningKey | undefined {
    const key = this.#read('signing-key', kid, signingKeyInput);
    return key !== undefined && this.#catalogue.replica(key.replica)?.status === 'enrolled' ? key : undefined;
  }

  /** What a later release wrote differently lets nobody in here. */
  #read<Schema extends z.ZodType>(kind: ItemKind, id: string, schema: Schema): z.output<Schema> | undefined {
    const body = this.#catalogue.body(kind, id);
    return body === undefined ? undefined : schema.safeParse(JSON.parse(body)).data;
  }
}
