/** Till: what `createTerminal` gives, over the host that runs in the tab that owns it. */
import type { Answer, HoldId, LineId, LocationId, OrderId, Sell } from '@tallystick/crdt';
import { poolId, type Sku } from '@tallystick/crdt';
import { TallystickError } from '../error.ts';
import { Subject } from '../observable.ts';
import { poolOf, pricedLines } from './basket.ts';
import type { TillProduct } from './catalogue.ts';
import { databaseName } from './database.ts';
import type { TillPorts } from './ports.ts';
import { accepted, readHere } from './refused.ts';
import { type Sale, saleOf } from './sales.ts';
import { heldBaskets, nothingYet, Snapshots } from './snapshot.ts';
import type {
  HeldBasket,
  NewHold,
  NewReturn,
  NewSale,
  OnceManager,
  Terminal,
  TerminalOptions,
  TillSnapshot,
} from './terminal-types.ts';
import { TillHost } from './till-host.ts';

/** How long a sale waits for units that stand elsewhere, where the line is up. */
const WAIT_MS = 1_500;
/** How long a return waits for the keeper of the goods. */
const KEEPER_WAIT_MS = 5_000;
const HOLD_MS = 15 * 60_000;
const OVERRIDE_UNITS_MAX = 20;
const CHANNEL = 'till';

export class Till extends Subject<TillSnapshot> implements Terminal {
  readonly id: string;
  readonly #options: TerminalOptions;
  readonly #snapshots = new Snapshots();
  readonly #ports: TillPorts;
  readonly #closing = new AbortController();
  readonly #ready: Promise<void>;
  readonly #ended: Promise<void>;
  #host: TillHost | undefined;
  #isPersisted = false;
  #error: TallystickError | undefined;
  #isLookScheduled = false;
  #resolveReady!: () => void;
  #rejectReady!: (error: TallystickError) => void;

  constructor(options: TerminalOptions, ports: TillPorts) {
    super(nothingYet(options.id));
    const { retentionDays = 1 } = options;
    if (!Number.isInteger(retentionDays) || retentionDays < 1)
      throw new RangeError(`retentionDays is a whole number from 1, not ${retentionDays}.`);
    this.id = options.id;
    this.#options = options;
    this.#ports = ports;
    this.#ready = new Promise((resolve, reject) => {
      this.#resolveReady = resolve;
      this.#rejectReady = reject;
    });
    // Who never asks is not told twice: the snapshot says it.
    this.#ready.catch(() => undefined);
    this.#ended = this.#live();
  }

  ready(): Promise<void> {
    return this.#ready;
  }

  /** From the moment that this tab has the till to the moment that it lets it go. Never rejects. */
  async #live(): Promise<void> {
    try {
      await this.#ports.alone(databaseName(this.id), this.#closing.signal, () => this.#own());
    } catch (error) {
      if (!this.#closing.signal.aborted) this.#fail(error);
    }
    if (this.#error === undefined)
      this.#fail(new TallystickError('closed', `The till ${this.id} was closed.`));
  }

  async #own(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    const closed = new Promise<void>((resolve) =>
      this.#closing.signal.addEventListener('abort', () => resolve(), { once: true }),
    );
    // Some browsers ask a person first: nobody waits for that to sell.
    void this.#ports.persist().then(
      (isPersisted) => {
        this.#isPersisted = isPersisted;
        this.#look();
      },
      () => undefined,
    );
    const host = await TillHost.open(this.#options, this.#ports, () => this.#lookLater());
    this.#host = host;
    this.#look();
    await closed;
    this.#host = undefined;
    await host.stop();
  }

  #fail(error: unknown): void {
    this.#error =
      error instanceof TallystickError
        ? error
        : new TallystickError('internal', `The till cannot be opened: ${(error as Error).message}`, {
            cause: error,
          });
    this.#rejectReady(this.#error);
    this.#look();
  }

  /** Many turns of one round are one change. */
  #lookLater(): void {
    if (this.#isLookScheduled) return;
    this.#isLookScheduled = true;
    this.#ports.machine.nextPass(() => {
      this.#isLookScheduled = false;
      this.#look();
    });
  }

  #look(): void {
    const snapshot = this.#snapshot();
    this.set(snapshot);
    if (snapshot.state === 'open') this.#resolveReady();
  }

  #snapshot(): TillSnapshot {
    const host = this.#host;
    const error = this.#error;
    if (host === undefined) {
      const state = error === undefined ? 'waiting' : error.code === 'closed' ? 'closed' : 'failed';
      return { ...nothingYet(this.id), state, ...(error === undefined ? {} : { error }) };
    }
    return this.#snapshots.of(host, this.#isPersisted);
  }

  /**
   * What was done is told of from the host that did it: the till may have been closed meanwhile.
   * @throws TallystickError with what was refused; else the snapshot shows what was done before anybody hears of it
   */
  #done(answer: Answer): ReturnType<typeof accepted> {
    const done = accepted(answer);
    this.#look();
    return done;
  }

  #open(): TillHost {
    const { state } = this.getSnapshot();
    if (this.#error !== undefined) throw this.#error;
    if (this.#host === undefined || state === 'starting' || state === 'waiting')
      throw new TallystickError('not_ready', `The till ${this.id} is ${state}: wait for ready().`);
    return this.#host;
  }

  /** Rejects where it is not open, too: who asks for a promise catches in one place. */
  async #here<T>(read: (host: TillHost) => Promise<T>): Promise<T> {
    return readHere(read(this.#open()));
  }

  async sell(sale: NewSale): Promise<Sale> {
    const host = this.#open();
    const location = host.location as LocationId;
    const lines = await readHere(pricedLines(sale.lines, host.catalogue, location));
    const { override, payments = [], note, customer: customerId, waitMs = WAIT_MS } = sale;
    const sell: Sell = {
      type: 'sell',
      id: sale.id ?? this.#ports.newId(),
      actor: override === undefined ? this.#actor(host) : await this.#manager(host, override.manager),
      channel: CHANNEL,
      priority: 0,
      placedAt: this.#ports.machine.now().wallMs,
      payments,
      ...(note === undefined ? {} : { note }),
      ...(customerId === undefined ? {} : { customerId }),
      departsFrom: host.catalogue.location(location)?.kind === 'store' ? [location] : [],
      lines,
      waitMs,
    };
    const { lines: _, waitMs: __, ...order } = sell;
    const answer = await host.engine.submit(
      sale.hold === undefined
        ? {
            ...sell,
            ...(override === undefined
              ? {}
              : { override: { reason: override.reason, owedMax: OVERRIDE_UNITS_MAX } }),
          }
        : { ...order, type: 'confirm', holdId: sale.hold as HoldId, lines },
    );
    const { entry } = this.#done(answer);
    const body = entry.body as { readonly orderId: OrderId };
    return saleIn(host, body.orderId) as Sale;
  }

  async hold({ lines, forMs = HOLD_MS, id = this.#ports.newId() }: NewHold): Promise<HeldBasket> {
    const host = this.#open();
    const priced = await readHere(pricedLines(lines, host.catalogue, host.location as LocationId));
    const units = priced.map((line) => ({ pool: poolOf(line), n: line.quantityBase }));
    const answer = await host.engine.submit({
      type: 'hold',
      id,
      actor: this.#actor(host),
      ttlMs: forMs,
      lines: units,
      waitMs: WAIT_MS,
    });
    this.#done(answer);
    return heldIn(host, id);
  }

  recall(id: string): HeldBasket {
    return heldIn(this.#open(), id);
  }

  async release(id: string): Promise<void> {
    const host = this.#open();
    const actor = this.#actor(host);
    this.#done(await host.engine.submit({ type: 'release', id, actor, holdId: id as HoldId }));
  }

  async cancel(saleId: string, reason: string): Promise<Sale> {
    const host = this.#open();
    const orderId = saleId as OrderId;
    const actor = this.#actor(host);
    this.#done(await host.engine.submit({ type: 'cancel', id: saleId, actor, orderId, reason }));
    return saleIn(host, saleId) as Sale;
  }

  async return(asked: NewReturn): Promise<void> {
    const host = this.#open();
    const { sale: orderId, lines, manager } = asked;
    const id = asked.id ?? host.returns.idOf(asked, this.#ports.newId);
    const location = host.location as LocationId;
    const sold = saleIn(host, orderId);
    const command = {
      type: 'return',
      id,
      actor: await this.#manager(host, manager),
      orderId,
      lines: lines.map(({ lineId, sku, quantity }) => {
        const line = sold?.lines.find((each) => each.lineId === lineId);
        return {
          lineId: lineId as LineId,
          pool: poolId(sku as Sku, location),
          n: quantity,
          ...(line === undefined ? {} : { sold: line.quantityBase }),
        };
      }),
    };
    const keeper = host.catalogue.keeperOf(location);
    if (keeper === undefined) throw new TallystickError('unknown_location', `Nobody keeps ${location}.`);
    const result = await host.calls.call(keeper, { call: 'command', command }, KEEPER_WAIT_MS);
    if (!result.ok) throw new TallystickError(result.code, result.message);
    await host.returns.add(id, { sale: orderId, lines });
    this.#look();
  }

  sale(id: string): Sale | undefined {
    return saleIn(this.#open(), id);
  }

  salesSince(sinceMs: number): readonly Sale[] {
    const host = this.#open();
    const { ledger } = host.engine.replica;
    return host.journal.view.sales.flatMap((record) => {
      const sale = saleOf(ledger, record, host.returns);
      return sale === undefined || sale.placedAtMs < sinceMs ? [] : [sale];
    });
  }

  available(sku: string): number {
    const host = this.#open();
    return host.engine.replica.canSell(poolId(sku as Sku, host.location as LocationId));
  }

  product(sku: string): Promise<TillProduct | undefined> {
    return this.#here(({ catalogue }) => catalogue.product(sku));
  }

  scan(barcode: string): Promise<{ readonly product: TillProduct; readonly unit: string } | undefined> {
    return this.#here(({ catalogue }) => catalogue.byBarcode(barcode));
  }

  find(text: string, limit = 20): Promise<readonly TillProduct[]> {
    return this.#here(({ catalogue }) => catalogue.find(text, limit));
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#ended;
  }

  async signIn(cashier: string, pin: string): Promise<void> {
    const { cashiers } = this.#open();
    await readHere(cashiers.signIn(cashier, pin, () => this.#ports.machine.now().wallMs));
    this.#look();
  }

  cashiers(): ReturnType<Terminal['cashiers']> {
    return this.#open().cashiers.here;
  }

  signOut(): void {
    this.#host?.cashiers.signOut();
    this.#look();
  }

  /** As entries name who did something. @throws TallystickError `unauthenticated` */
  #actor({ cashiers }: TillHost): string {
    if (this.#options.signIn !== 'required') return `local:${this.id}`;
    const cashier = cashiers.current;
    if (cashier === undefined)
      throw new TallystickError(
        'unauthenticated',
        'Nobody has signed in at this till, or their PIN was changed.',
      );
    return `${cashier.role}:${cashier.id}`;
  }

  /** What only a manager may do: whoever has signed in, or somebody who types a PIN for this once. @throws TallystickError */
  async #manager(host: TillHost, once?: OnceManager): Promise<string> {
    const actor = this.#actor(host);
    if (this.#options.signIn !== 'required' || actor.startsWith('manager:')) return actor;
    const manager =
      once &&
      (await readHere(host.cashiers.check(once.cashier, once.pin, () => this.#ports.machine.now().wallMs)));
    if (manager?.role !== 'manager')
      throw new TallystickError('forbidden', 'This is a manager’s to do: ask one for their PIN.');
    return `manager:${manager.id}`;
  }
}

function saleIn({ journal, engine, returns }: TillHost, id: string): Sale | undefined {
  const record = journal.view.saleOf(id);
  return record && saleOf(engine.replica.ledger, record, returns);
}

/** @throws TallystickError `unknown_hold` */
function heldIn(host: TillHost, id: string): HeldBasket {
  const held = heldBaskets(host).find((each) => each.id === id);
  if (held === undefined) throw new TallystickError('unknown_hold', `No basket ${id} is set aside here.`);
  return held;
}
