/**
 * Residents: customers whose personal data this region keeps to itself. The books hear of the opaque id, of which fields
 * changed, and of who did it; never of what the fields say.
 *
 * An id is claimed at the books before anything is written here, so that no two regions have the same one. All else is done
 * here alone, whether the authority is there or not; what it is to hear is told until it has heard it.
 */
import { createHash } from 'node:crypto';
import { errorKind } from '@tallystick/crdt/wire';
import { type Log, Problem, personalData } from '@tallystick/store-agent';
import { canonical, isSame, patched } from '../authority/calls/change-one.ts';
import type { ErasedResident, Note, Personal, Resident, ResidentFile } from './resident-file.ts';
import { settleOne, takeOver } from './take-over.ts';

/** Longer than the ninety days that are promised for an Idempotency-Key. */
const REQUESTS_KEPT_MS = 100 * 86_400_000;
const NOTES_PER_LOOK = 200;
const BY_RULE = { actor: 'region:retention' };

export interface ResidentsPorts {
  readonly file: ResidentFile;
  readonly log: Log;
  /** Whether new customers are kept here, and those of the books who are to move. */
  readonly takesNew: boolean;
  nowMs(): number;
  /** @throws Problem where the authority cannot be asked, or refuses */
  ask(call: object): Promise<unknown>;
}

export interface NewResident {
  readonly id: string;
  readonly personal: Personal;
  readonly client: string | undefined;
  /** What the caller called its request. */
  readonly key: string | undefined;
  readonly by: Note['by'];
}

export class Residents {
  readonly #ports: ResidentsPorts;
  #isTelling = false;
  /** Up to which of its people the books were asked about; undefined once all were. */
  #comparedTo: string | undefined = '';

  constructor(ports: ResidentsPorts) {
    this.#ports = ports;
  }

  /** @throws Problem where another has or had this id, or the authority cannot be asked */
  async add({ id, personal, client, key, by }: NewResident): Promise<{ customer: Resident; isNew: boolean }> {
    const { file, nowMs, ask } = this.#ports;
    const hash = hashOf([id, personal]);
    const known = key === undefined ? undefined : file.request(key);
    if (known !== undefined) {
      // Of who moved here, as the books had it.
      if (!known.hash.equals(hash) && !known.hash.equals(hashOf(['customer', id, personal])))
        throw new Problem('document_differs', `The key ${key} was used for another request.`);
      return { customer: this.#need(known.id, client), isNew: false };
    }
    const isNew = !this.has(id);
    if (isNew) {
      const fields = Object.keys(personal).sort();
      await ask({ call: 'resident.claim', id, fields, ...(client === undefined ? {} : { client }), by });
      file.add(id, personal, client ?? null, nowMs());
    }
    const found = file.find(id);
    const isIt = found !== undefined && 'personal' in found && found.client === (client ?? null);
    if (!isIt || !isSame(found.personal, personal))
      throw new Problem('already_exists', `There is a customer ${id} already, and it is another one.`);
    if (key !== undefined) file.rememberRequest(key, hash, id, nowMs(), REQUESTS_KEPT_MS);
    return { customer: found, isNew };
  }

  /** Whether this region keeps it, or did until it was erased. */
  has(id: string): boolean {
    return this.#ports.file.find(id) !== undefined;
  }

  /** Undefined where somebody else keeps it, or nobody. @throws Problem where it is not there for this caller */
  find(id: string, client: string | undefined): Resident | undefined {
    return this.has(id) ? this.#need(id, client) : undefined;
  }

  #need(id: string, client: string | undefined): Resident {
    const found = this.#theirs(id, client);
    if ('erasedAt' in found) throw new Problem('unknown_customer', `Customer ${id} was erased.`);
    return found;
  }

  #theirs(id: string, client: string | undefined): Resident | ErasedResident {
    const found = this.#ports.file.find(id);
    if (found !== undefined && (client === undefined || found.client === client)) return found;
    throw new Problem('unknown_customer', `No customer has the id ${id}.`);
  }

  /** Undefined as above. @param version that was read; null for any. @throws Problem */
  patch(
    id: string,
    asked: { client: string | undefined; patch: unknown; version: number | null; by: Note['by'] },
  ): Resident | undefined {
    const known = this.find(id, asked.client);
    if (known === undefined) return undefined;
    const personal: Personal = patched(personalData, known.personal, asked.patch);
    const fields = [...new Set([...Object.keys(known.personal), ...Object.keys(personal)])]
      .filter((field) => !isSame(known.personal[field] ?? null, personal[field] ?? null))
      .sort();
    const isRead = asked.version === null || asked.version === known.version;
    if (!isRead || !this.#ports.file.change(known, personal, fields, asked.by))
      throw new Problem(
        'precondition_failed',
        `Customer ${id} was changed since it was read. Read it again.`,
      );
    void this.tell();
    return this.#need(id, asked.client);
  }

  /** Undefined as above; twice is once. @throws Problem */
  erase(id: string, client: string | undefined, by: Note['by']): ErasedResident | undefined {
    const { file, nowMs } = this.#ports;
    if (!this.has(id)) return undefined;
    this.#theirs(id, client);
    file.erase(id, by, nowMs());
    void this.tell();
    return file.find(id) as ErasedResident;
  }

  /** Tells the books what they have not heard, and hears of them who is to be forgotten. */
  async tell(): Promise<void> {
    if (this.#isTelling) return;
    this.#isTelling = true;
    try {
      await this.#tellNotes();
      await this.#compare();
      if (this.#ports.takesNew) await takeOver(this.#ports);
      const { ids } = (await this.#ports.ask({ call: 'resident.forgettable' })) as { ids: string[] };
      for (const id of ids) this.#ports.file.erase(id, BY_RULE, this.#ports.nowMs());
      if (ids.length > 0) await this.#tellNotes();
    } catch (error) {
      if (!(error instanceof Problem) || !errorKind(error.code).retryable)
        this.#ports.log.warn({ err: error }, 'the books could not be told of customers who are kept here');
    } finally {
      this.#isTelling = false;
    }
  }

  /** Somebody who is about to move here: asks the books whose they are by now. @throws Problem where they cannot be asked */
  arrive(id: string): Promise<void> {
    return settleOne(this.#ports, id);
  }

  async #tellNotes(): Promise<void> {
    const { file, ask } = this.#ports;
    for (let notes = file.notes(NOTES_PER_LOOK); notes.length > 0; notes = file.notes(NOTES_PER_LOOK)) {
      for (const { nr, note } of notes) {
        await ask({ call: 'resident.note', ...note });
        file.heard(nr);
      }
    }
  }

  /** A file that was put back knows people who were erased since: they are erased once more, before anything else. */
  async #compare(): Promise<void> {
    const { file, ask, nowMs } = this.#ports;
    while (this.#comparedTo !== undefined) {
      const living = file.living(this.#comparedTo);
      const ids = living.map(({ id }) => id);
      const { items } = (await ask({ call: 'resident.compare', ids })) as {
        items: { id: string; version: number; isErased: boolean }[];
      };
      for (const { id, version, isErased } of items) {
        if (isErased) file.erase(id, BY_RULE, nowMs());
        else file.goOnFrom(id, version);
      }
      this.#comparedTo = ids.at(-1);
    }
  }
}

function hashOf(request: unknown): Buffer {
  return createHash('sha256').update(canonical(request)).digest();
}
