/** The SDK: typed REST, events, live stock and carts of one region. */

export type { CartFieldValues, CartSnapshot, LiveCart, LiveCartLine, SyncState } from './cart/cart-types.ts';
export type { CartHints, LineHint, Money } from './cart/hints.ts';
export { type Client, type ClientOptions, createClient } from './client.ts';
export {
  type ProblemDetails,
  TallystickError,
  type TallystickErrorCode,
  type TallystickErrorInit,
} from './error.ts';
export type { EventFilter, EventOptions, EventType, TallystickEvent } from './events/events.ts';
export type { components, paths } from './generated/openapi.ts';
export type { Observable } from './observable.ts';
export type { WebSocketClass } from './ports.ts';
export type { Auth, ClientCredentials } from './rest/auth.ts';
export type { Answer, CallArguments, CallInput, CallOptions, Method, PathWith } from './rest/call-types.ts';
export type { Answered, Rest } from './rest/rest.ts';
export type { RetryRules } from './rest/retry.ts';
export type { LiveShape, ShapeQuery, ShapeRow, ShapeSnapshot } from './shape/live-shape.ts';
export type { LocationLevel, StockLevel, Units } from './stock/level.ts';
export type { LiveStock, StockSnapshot } from './stock/live-stock.ts';
export type { SyncSnapshot } from './sync.ts';
