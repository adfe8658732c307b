/** Live shape: a part of a table, with each change as it is committed, through the stock Electric client. */
import { type ProblemDetails, TallystickError } from '../error.ts';
import { type Observable, Subject } from '../observable.ts';
import type { TokenSource } from '../rest/auth.ts';

/** Which rows to follow. */
export interface ShapeQuery {
  /** Such as `products`, `prices`, `locations`, `levels` or `orders`; see `docs/shapes.md`. */
  readonly table: string;
  /** A condition in SQL; `$1` stands for the first of `params`. All rows where it is left out. */
  readonly where?: string;
  /** Values for `$1` and so on, as texts. */
  readonly params?: readonly string[];
  /** All columns that you may see, where it is left out. The key must be among them. */
  readonly columns?: readonly string[];
}

/** Values of a row by column: numbers (of 64 bits as `bigint`), texts, booleans, null, and what JSON columns hold. */
export type ShapeRow = Readonly<Record<string, unknown>>;

/** Rows as they are now. */
export interface ShapeSnapshot<Row extends ShapeRow = ShapeRow> {
  /**
   * - `loading`: not all rows have come yet;
   * - `live`: `rows` are what SQL said at one moment, and are kept up to date while the line is up;
   * - `failed`: `error` says why it cannot go on; who subscribes anew tries again.
   */
  readonly state: 'loading' | 'live' | 'failed';
  /** In no order of their own. */
  readonly rows: readonly Row[];
  /** Why it cannot go on. */
  readonly error?: TallystickError;
}

/** A part of a table, followed while somebody has subscribed. */
export type LiveShape<Row extends ShapeRow = ShapeRow> = Observable<ShapeSnapshot<Row>>;

export interface ShapePorts {
  readonly url: string;
  readonly tokens: TokenSource;
  readonly fetch: typeof globalThis.fetch;
  /** Aborted when the client is closed. */
  readonly closing: AbortSignal;
}

/** Followed while somebody has subscribed. Lost lines and restarts of the region are the Electric client's to get over. */
export function createLiveShape<Row extends ShapeRow>(query: ShapeQuery, ports: ShapePorts): LiveShape<Row> {
  let stop = new AbortController();
  const subject: Subject<ShapeSnapshot<Row>> = new Subject<ShapeSnapshot<Row>>(
    { state: 'loading', rows: [] },
    {
      onWatched: () => {
        stop = new AbortController();
        const signal = AbortSignal.any([stop.signal, ports.closing]);
        const fail = (error: unknown) => {
          if (signal.aborted) return;
          // The Electric client tells its readers of a failure by no rows.
          stop.abort();
          subject.set({ ...subject.getSnapshot(), state: 'failed', error: errorOf(error) });
        };
        void follow<Row>(query, ports, signal, (rows) => subject.set({ state: 'live', rows }), fail).catch(
          fail,
        );
      },
      onUnwatched: () => {
        stop.abort();
        const { rows } = subject.getSnapshot();
        subject.set({ state: 'loading', rows });
      },
    },
  );
  return subject;
}

async function follow<Row extends ShapeRow>(
  { table, where, params, columns }: ShapeQuery,
  { url, tokens, fetch }: ShapePorts,
  signal: AbortSignal,
  onRows: (rows: readonly Row[]) => void,
  onError: (error: unknown) => void,
): Promise<void> {
  // Loaded by the first shape, and not by a page that has none.
  const { Shape, ShapeStream } = await import('@electric-sql/client');
  let used = await tokens.token();
  let refused: string | undefined;
  /** A token was refused, and nothing came since: another one that is refused as well is meant. */
  let isRenewing = false;
  const stream = new ShapeStream({
    url: `${url}/v1/shape`,
    params: {
      table,
      ...(where === undefined ? {} : { where }),
      ...(params === undefined ? {} : { params: [...params] }),
      ...(columns === undefined ? {} : { columns: [...columns] }),
    },
    ...(used === undefined
      ? {}
      : {
          headers: {
            authorization: async () => {
              used = await tokens.token(refused);
              refused = undefined;
              return `Bearer ${used}`;
            },
          },
        }),
    fetchClient: fetch,
    signal,
    onError: (error) => {
      const isRefused = (error as { status?: number }).status === 401;
      if (isRefused && tokens.canRenew && !isRenewing) {
        refused = used;
        isRenewing = true;
        return {};
      }
      onError(error);
      return undefined;
    },
  });
  if (signal.aborted) return;
  // Its own types do not agree under `exactOptionalPropertyTypes`.
  new Shape(stream as unknown as ConstructorParameters<typeof Shape>[0]).subscribe(({ rows }) => {
    isRenewing = false;
    if (!signal.aborted) onRows(rows as unknown as readonly Row[]);
  });
}

/** A region answers with a problem; whatever else it is came from somebody in between. */
function errorOf(error: unknown): TallystickError {
  if (error instanceof TallystickError) return error;
  const { status, text = '', message = '' } = error as { status?: number; text?: string; message?: string };
  if (status === undefined) return new TallystickError('region_unreachable', message, { cause: error });
  const details = problemIn(text);
  if (details === undefined)
    return new TallystickError('unexpected_answer', message, { status, cause: error });
  return new TallystickError(details.code, details.detail, { status, details, cause: error });
}

function problemIn(text: string): ProblemDetails | undefined {
  try {
    const problem = JSON.parse(text) as Partial<ProblemDetails> | null;
    return typeof problem?.code === 'string' ? (problem as ProblemDetails) : undefined;
  } catch {
    return undefined;
  }
}
