/**
 * Log stream: what Postgres commits, as it commits it, over one logical replication slot.
 *
 * The slot is temporary. It dies with its connection, so a process that is gone never holds back Postgres'
 * log, and nothing has to be cleaned up; what it had read is asked for anew by whoever still wants it.
 */
import { randomBytes } from 'node:crypto';
import type { Log } from '@tallystick/store-agent';
import pg from 'pg';
import { type ChangeReader, readMessage } from './pgoutput.ts';

/** How values are written: the same here and in snapshots, whatever the server's own settings are. */
export const WRITES_VALUES =
  '-c TimeZone=UTC -c DateStyle=ISO -c IntervalStyle=iso_8601 -c extra_float_digits=1 -c bytea_output=hex';
/** Postgres hangs up on who says nothing for a minute, and keeps its log until it hears how far we are. */
const STATUS_EVERY_MS = 2_000;
/** Each status asks for an answer: about 10 s of silence. Who was cut off without a word would stay as it was, and wrong. */
const UNANSWERED_MAX = 5;
const CONNECT_TIMEOUT_MS = 5_000;

const XLOG_DATA = 0x77;
const KEEPALIVE = 0x6b;

export interface LogStreamOptions {
  readonly url: string;
  /** Of the tables that are followed; it must be there. */
  readonly publication: string;
  readonly reader: ChangeReader;
  readonly log: Log;
  /** All that was committed before this place was read, also where it was nothing that is followed. */
  readonly onPassed: (lsn: bigint) => void;
  /** Once: the connection and its slot are gone, or what came cannot be read. */
  readonly onLost: (error: Error) => void;
}

/** What `pg` has and its types do not: a connection in copy mode. */
interface CopyConnection {
  on(event: 'copyData', heard: (message: { chunk: Buffer }) => void): void;
  once(event: 'replicationStart', heard: () => void): void;
  sendCopyFromChunk(chunk: Buffer): void;
  readonly stream: { destroy(): void; pause(): void; resume(): void; readonly bytesRead: number };
}

export class LogStream {
  readonly #client: pg.Client;
  readonly #options: LogStreamOptions;
  #startLsn = 0n;
  /** All that was committed before it was read. */
  #readLsn = 0n;
  #timer: NodeJS.Timeout | undefined;
  #isEnded = false;
  #isHeld = false;
  #bytesRead = 0;
  #unanswered = 0;
  /** Came while it was held: what the socket had read already. */
  #kept: Buffer[] = [];

  /** @throws whatever keeps Postgres from giving us a slot */
  static async open(options: LogStreamOptions): Promise<LogStream> {
    const stream = new LogStream(options);
    try {
      await stream.#open();
      return stream;
    } catch (error) {
      await stream.close();
      throw error;
    }
  }

  private constructor(options: LogStreamOptions) {
    this.#options = options;
    this.#client = new pg.Client({
      connectionString: options.url,
      application_name: 'tallystick-shapes',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
      replication: 'database',
      options: WRITES_VALUES,
    } as pg.ClientConfig);
    this.#client.on('error', (error) => this.#lost(error));
    this.#client.on('end', () => this.#lost(new Error('Postgres closed the replication connection.')));
  }

  /** Below every commit that it tells of. */
  get startLsn(): bigint {
    return this.#startLsn;
  }

  get #connection(): CopyConnection {
    return (this.#client as unknown as { connection: CopyConnection }).connection;
  }

  async #open(): Promise<void> {
    const client = this.#client;
    await client.connect();
    const slot = `tallystick_shapes_${process.pid}_${randomBytes(6).toString('hex')}`;
    const { rows } = await client.query<{ consistent_point: string }>(
      `CREATE_REPLICATION_SLOT ${slot} TEMPORARY LOGICAL pgoutput NOEXPORT_SNAPSHOT`,
    );
    this.#startLsn = lsnOf(rows[0]?.consistent_point ?? '') - 1n;
    const connection = this.#connection;
    const started = new Promise<void>((resolve) => connection.once('replicationStart', resolve));
    connection.on('copyData', ({ chunk }) => this.#take(chunk));
    const ended = client.query(
      `START_REPLICATION SLOT ${slot} LOGICAL 0/0 (proto_version '1', publication_names '${this.#options.publication}')`,
    );
    ended.catch((error: Error) => this.#lost(error));
    await Promise.race([started, ended]);
    this.#timer = setInterval(() => this.#ask(), STATUS_EVERY_MS);
    this.#timer.unref();
  }

  /** Nothing more is read before this has settled. */
  hold(until: Promise<unknown>): void {
    const { stream } = this.#connection;
    this.#isHeld = true;
    stream.pause();
    const go = () => {
      this.#isHeld = false;
      const kept = this.#kept;
      this.#kept = [];
      for (const chunk of kept) this.#take(chunk);
      if (!this.#isHeld && !this.#isEnded) stream.resume();
    };
    until.then(go, go);
  }

  #take(chunk: Buffer): void {
    if (this.#isEnded) return;
    if (this.#isHeld) {
      this.#kept.push(chunk);
      return;
    }
    try {
      if (chunk[0] === XLOG_DATA) {
        readMessage(chunk.subarray(25), this.#options.reader);
        // Of a commit this is its end: all of it was read.
        const end = chunk.readBigUInt64BE(1);
        if (chunk[25] === 0x43 && end > this.#readLsn) this.#readLsn = chunk.readBigUInt64BE(25 + 10);
      } else if (chunk[0] === KEEPALIVE) {
        const end = chunk.readBigUInt64BE(1);
        if (end > this.#readLsn) this.#readLsn = end;
        this.#options.onPassed(end);
        if (chunk[17] === 1) this.#sayStatus();
      }
    } catch (error) {
      this.#lost(error as Error);
    }
  }

  /**
   * Counted in questions and not in time: however long we were busy, there is one turn of the timer and then what came
   * meanwhile is read; and while it is held nothing is read.
   */
  #ask(): void {
    const { bytesRead } = this.#connection.stream;
    if (this.#isHeld || bytesRead !== this.#bytesRead) this.#unanswered = 0;
    this.#bytesRead = bytesRead;
    if (this.#unanswered === UNANSWERED_MAX)
      this.#lost(
        new Error(`Postgres said nothing to ${UNANSWERED_MAX} questions on the replication connection.`),
      );
    this.#unanswered += 1;
    this.#sayStatus(true);
  }

  #sayStatus(isAnswerWanted = false): void {
    if (this.#isEnded) return;
    const status = Buffer.alloc(34);
    status[0] = 0x72;
    status.writeBigUInt64BE(this.#readLsn, 1);
    status.writeBigUInt64BE(this.#readLsn, 9);
    status.writeBigUInt64BE(this.#readLsn, 17);
    status[33] = isAnswerWanted ? 1 : 0;
    this.#connection.sendCopyFromChunk(status);
  }

  #lost(error: Error): void {
    if (this.#isEnded) return;
    void this.close();
    this.#options.onLost(error);
  }

  async close(): Promise<void> {
    if (this.#isEnded) return;
    this.#isEnded = true;
    clearInterval(this.#timer);
    const { stream } = this.#connection;
    // In copy mode a polite end would wait for what is on its way; the slot goes with the socket.
    const ended = new Promise<void>((resolve) => this.#client.once('end', () => resolve()));
    stream.destroy();
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 1_000).unref())]);
  }
}

/** `16/B374D848` as a number. */
function lsnOf(text: string): bigint {
  const [high = '0', low = '0'] = text.split('/');
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}
