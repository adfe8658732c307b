/**
 * Frames of the link: what a child and its parent say to each other.
 *
 *   frame = channel byte · kind byte · body
 *
 * Channels have versions of their own, negotiated in `hello` and `welcome` (L6), so
 * that carts can come later without a new link. Every frame may be lost, doubled,
 * delayed or reordered (L2); none of them means anything but what it says.
 */
import type { FenceReason, Hash, ReplicaKind } from '../entry/entry.ts';
import type { PoolId, ReplicaId, WriterId } from '../ids.ts';
import type { ErrorCode } from './error-codes.ts';

/** A point of a chain: this writer's entry `seq` has this hash. */
export interface Point {
  readonly writer: WriterId;
  readonly seq: number;
  readonly hash: Hash;
}

export interface Range {
  readonly min: number;
  readonly max: number;
}

export interface ChannelRange extends Range {
  readonly name: string;
}

/**
 * L1: one cell `sent[to]` of `from`, in all, with the entry that made it so. Entry 0 makes none: such a cell says what
 * `to`, which stands above, took of `from`, whose settler stands below (F3).
 */
export interface SentCell {
  readonly pool: PoolId;
  readonly from: WriterId;
  readonly to: WriterId;
  readonly n: number;
  readonly seq: number;
}

export interface FencePoint extends Point {
  readonly reason: FenceReason;
}

// Control channel: who speaks, and in which versions.

/** Parent to child, first: sign this, so that a hello heard before proves nothing. */
export interface Challenge {
  readonly kind: 'challenge';
  readonly parent: ReplicaId;
  /** The parent's own writer: a child's first life names it. */
  readonly writer: WriterId;
  readonly nonce: Uint8Array;
}

export interface Hello {
  readonly kind: 'hello';
  readonly protocol: Range;
  readonly channels: readonly ChannelRange[];
  readonly writer: WriterId;
  readonly replicaKind: ReplicaKind;
  /** What this child last saw of its parent's own chain; null before the first time. */
  readonly parentSeen: { readonly writer: WriterId; readonly seq: number } | null;
  /** Heads of every stream that the child holds, its own first. */
  readonly heads: readonly Point[];
  /** Wants levels of all pools, and not only rights. */
  readonly wantsLevels: boolean;
  readonly catalogueVersion: number;
  readonly signature: Uint8Array;
}

/** A new device asks to become a replica; answered by `enrolled` or `refuse`. */
export interface Enrol {
  readonly kind: 'enrol';
  readonly replica: ReplicaId;
  readonly code: string;
  readonly publicKey: Uint8Array;
  readonly signature: Uint8Array;
}

export interface Enrolled {
  readonly kind: 'enrolled';
  readonly replicaKind: ReplicaKind;
  readonly location: string;
}

export interface Welcome {
  readonly kind: 'welcome';
  readonly protocol: number;
  readonly channels: readonly { readonly name: string; readonly version: number }[];
  readonly writer: WriterId;
  /** What the parent has of each stream that the child named, and of the child's former lives. */
  readonly has: readonly Point[];
  readonly settled: readonly Point[];
}

export interface Refuse {
  readonly kind: 'refuse';
  readonly code: ErrorCode;
  readonly message: string;
}

// Stock channel, version 1.

/** Child to parent: length-prefixed entries in the child's durable order. */
export interface StreamFrame {
  readonly kind: 'stream';
  readonly writer: WriterId;
  /** Where this session began, and where these entries stand, as positions in the child's journal. */
  readonly base: number;
  readonly from: number;
  readonly to: number;
  readonly entries: Uint8Array;
}

/** L3: "raise what you sent me, in all, to at least this"; `waitMs` is what is left of the deadline. */
export interface Asks {
  readonly kind: 'asks';
  readonly writer: WriterId;
  readonly parent: WriterId;
  readonly items: readonly { readonly pool: PoolId; readonly atLeast: number; readonly waitMs: number }[];
}

/** Child to parent: every cell up to this entry of yours is durable here. */
export interface Seen {
  readonly kind: 'seen';
  readonly writer: WriterId;
  readonly parent: WriterId;
  readonly seq: number;
}

export interface Ack {
  readonly kind: 'ack';
  readonly writer: WriterId;
  readonly parent: WriterId;
  /** How far this session's stream was taken in, as a position in the child's journal. */
  readonly cursor: number;
  /** A frame beyond the cursor was dropped since the last ack: what follows the cursor must come again (L2). */
  readonly gap: boolean;
  readonly has: readonly Point[];
  readonly settled: readonly Point[];
  readonly fenced: readonly FencePoint[];
}

/** Parent to child: cells that changed after `from` and up to `to` of the parent's own chain. */
export interface Cells {
  readonly kind: 'cells';
  readonly writer: WriterId;
  readonly parent: WriterId;
  readonly from: number;
  readonly to: number;
  readonly cells: readonly SentCell[];
}

/** L3: "surrender down to at most `keep`", valid while what was sent is `given`. */
export interface Recalls {
  readonly kind: 'recalls';
  readonly writer: WriterId;
  readonly parent: WriterId;
  readonly items: readonly { readonly pool: PoolId; readonly keep: number; readonly given: number }[];
}

/** Parent to child: an ask that cannot be met now, so that nobody waits for nothing. */
export interface Denied {
  readonly kind: 'denied';
  readonly writer: WriterId;
  readonly parent: WriterId;
  readonly items: readonly { readonly pool: PoolId; readonly atLeast: number }[];
}

export interface LevelItem {
  readonly pool: PoolId;
  /** May be below zero where the shelf contradicts the books. */
  readonly onHand: number;
  readonly available: number;
}

/** Hints: never read by code that decides a sale. */
export interface Levels {
  readonly kind: 'levels';
  readonly asOfMs: number;
  readonly items: readonly LevelItem[];
}

/** Parent to child: entries of the child's former lives that its image lacks (T8). */
export interface Former {
  readonly kind: 'former';
  readonly writer: WriterId;
  readonly entries: Uint8Array;
  /** True when the parent holds no more of them. */
  readonly last: boolean;
}

// Call channel: a command for another replica, passed along the tree.

export interface Call {
  readonly kind: 'call';
  readonly callId: number;
  readonly target: ReplicaId;
  readonly waitMs: number;
  /** JSON; its schema belongs to whoever serves the call. */
  readonly body: string;
}

export interface Reply {
  readonly kind: 'reply';
  readonly callId: number;
  readonly body: string;
}

// Catalogue channel.

export interface CatalogueItem {
  readonly kind: string;
  readonly id: string;
  readonly version: number;
  /** JSON; null where the item was taken out. */
  readonly body: string | null;
}

/** Parent to child: all that changed after version `from` and up to `to`, in order of version. */
export interface Catalogue {
  readonly kind: 'catalogue';
  readonly from: number;
  readonly to: number;
  readonly items: readonly CatalogueItem[];
}

/** Child to parent: this is what I have. */
export interface CatalogueSeen {
  readonly kind: 'catalogue-seen';
  readonly version: number;
}

// Cart channel: a live client of one region at a cart that another region keeps. The authority passes these
// on by name and keeps nothing. What is lost ends the session, and the client comes again.

export interface CartSession {
  readonly from: ReplicaId;
  readonly to: ReplicaId;
  /** Of whoever opened it; 0 in `cart-ended` is every session between the two. */
  readonly session: number;
  /** Whether `from` is the region that keeps the cart; else it is the one whose client opened it. */
  readonly isKeeper: boolean;
}

/** A client would like to see this cart; its keeper looks at the token. */
export interface CartOpen extends CartSession {
  readonly kind: 'cart-open';
  readonly cart: string;
  readonly token: string;
}

/** One message of y-websocket, as it came. */
export interface CartSaid extends CartSession {
  readonly kind: 'cart-said';
  /** The how-many-eth of its direction, from 1. */
  readonly nr: number;
  readonly bytes: Uint8Array;
}

/** Nothing more is said, and nothing more is heard. */
export interface CartEnded extends CartSession {
  readonly kind: 'cart-ended';
  /** As a WebSocket is closed with. */
  readonly code: number;
  readonly reason: string;
}

export type CartFrame = CartOpen | CartSaid | CartEnded;

export type StockFrame = StreamFrame | Asks | Seen | Ack | Cells | Recalls | Denied | Levels | Former;

export type Frame =
  | Challenge
  | Hello
  | Enrol
  | Enrolled
  | Welcome
  | Refuse
  | StockFrame
  | Call
  | Reply
  | Catalogue
  | CatalogueSeen
  | CartFrame;

export type FrameKind = Frame['kind'];

/** The largest frame that is sent or taken: one entry of the largest size, and some room. */
export const FRAME_BYTES_MAX = 5 * 1024 * 1024;
/** A stream frame is filled up to about this size: large enough to amortise a commit, small enough to share a wire. */
export const STREAM_BYTES_TARGET = 256 * 1024;
/** Items of one frame that lists pools, as it is taken from a peer. */
export const ITEMS_MAX = 20_000;
/** So many are said in one frame: with the longest names and the largest numbers they have some 3.4 MB. */
export const ITEMS_PER_FRAME = 10_000;
/** Of one catalogue item, as UTF-8. */
export const ITEM_BODY_BYTES_MAX = 256 * 1024;
/** Streams that one hello may name: a few dozen replicas with a few lives each, and room to grow. */
export const HEADS_MAX = 10_000;
