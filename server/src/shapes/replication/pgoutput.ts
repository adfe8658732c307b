/**
 * pgoutput: reading what Postgres says of committed transactions (protocol version 1, text values).
 *
 * Own code and not a library's: the ones there are turn values into JavaScript's, one object a row, and
 * here the text that Postgres wrote is what is passed on. Tuples that nobody wants are stepped over.
 */

export interface RelationColumn {
  readonly name: string;
  readonly typeOid: number;
  readonly typeModifier: number;
}

export interface Relation {
  readonly oid: number;
  /** `f` where each change carries the whole row as it was. */
  readonly identity: string;
  readonly columns: readonly RelationColumn[];
}

export type Tuple = (string | null)[];

/** Told in the order of commits, one transaction whole after another. */
export interface ChangeReader {
  /** Whether anybody wants the rows of this table. */
  wants(oid: number): boolean;
  begin(lsn: bigint, xid: number): void;
  relation(relation: Relation): void;
  insert(oid: number, row: Tuple): void;
  /** @param before undefined where Postgres did not write it, which a table that is followed must make it do */
  update(oid: number, before: Tuple | undefined, row: Tuple): void;
  delete(oid: number, before: Tuple | undefined): void;
  truncate(oids: readonly number[]): void;
  commit(): void;
}

const LETTER = {
  begin: 0x42,
  commit: 0x43,
  relation: 0x52,
  insert: 0x49,
  update: 0x55,
  delete: 0x44,
  truncate: 0x54,
  keyOnly: 0x4b,
  old: 0x4f,
  isNull: 0x6e,
  unchanged: 0x75,
} as const;

export function readMessage(bytes: Buffer, reader: ChangeReader): void {
  switch (bytes[0]) {
    case LETTER.begin:
      return reader.begin(bytes.readBigUInt64BE(1), bytes.readUInt32BE(17));
    case LETTER.commit:
      return reader.commit();
    case LETTER.relation:
      return reader.relation(readRelation(bytes));
    case LETTER.truncate: {
      const count = bytes.readUInt32BE(1);
      return reader.truncate(Array.from({ length: count }, (_, i) => bytes.readUInt32BE(6 + 4 * i)));
    }
    case LETTER.insert:
    case LETTER.update:
    case LETTER.delete: {
      const oid = bytes.readUInt32BE(1);
      if (reader.wants(oid)) readChange(bytes, oid, reader);
    }
  }
}

function readRelation(bytes: Buffer): Relation {
  let at = 5;
  const text = () => {
    const end = bytes.indexOf(0, at);
    const found = bytes.toString('utf8', at, end);
    at = end + 1;
    return found;
  };
  text();
  text();
  const identity = String.fromCharCode(bytes[at] as number);
  const count = bytes.readUInt16BE(at + 1);
  at += 3;
  const columns: RelationColumn[] = [];
  for (let i = 0; i < count; i += 1) {
    at += 1;
    const name = text();
    columns.push({ name, typeOid: bytes.readUInt32BE(at), typeModifier: bytes.readInt32BE(at + 4) });
    at += 8;
  }
  return { oid: bytes.readUInt32BE(1), identity, columns };
}

function readChange(bytes: Buffer, oid: number, reader: ChangeReader): void {
  const tuples = new Tuples(bytes);
  if (bytes[0] === LETTER.insert) return reader.insert(oid, tuples.next());
  const letter = bytes[5];
  const old = letter === LETTER.old || letter === LETTER.keyOnly ? tuples.next() : undefined;
  const before = letter === LETTER.old ? old : undefined;
  if (bytes[0] === LETTER.delete) return reader.delete(oid, before);
  reader.update(oid, before, tuples.next(before));
}

class Tuples {
  readonly #bytes: Buffer;
  #at = 5;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** @param before what a large value is that did not change, and is not said again */
  next(before?: Tuple): Tuple {
    const bytes = this.#bytes;
    const count = bytes.readUInt16BE(this.#at + 1);
    let at = this.#at + 3;
    const row: Tuple = new Array(count);
    for (let i = 0; i < count; i += 1) {
      const letter = bytes[at];
      at += 1;
      if (letter === LETTER.isNull) row[i] = null;
      else if (letter === LETTER.unchanged) row[i] = before?.[i] ?? null;
      else {
        const end = at + 4 + bytes.readUInt32BE(at);
        row[i] = bytes.toString('utf8', at + 4, end);
        at = end;
      }
    }
    this.#at = at;
    return row;
  }
}
