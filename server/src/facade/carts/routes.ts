/** Carts at a region's door, kept by the writer that the id points to. */
import { createHash } from 'node:crypto';
import type { Sku } from '@tallystick/crdt';
import {
  addUnits,
  broughtBy,
  type Cart,
  type CartLine,
  mergeCart,
  setFields,
  setQuantity,
} from '@tallystick/crdt/cart';
import { type Agent, order201, Problem, uuidv7 } from '@tallystick/store-agent';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Doc } from 'yjs';
import type { Principal } from '../../access/principal.ts';
import type { CartFile } from '../../live/cart-file.ts';
import { cartTokenIn, readCartToken, signCartToken } from '../../live/cart-token.ts';
import type { OpenCarts } from '../../live/live.ts';
import { wentElsewhere } from '../forward.ts';
import { findOrder } from '../orders/find-order.ts';
import type { Owners } from '../owners.ts';
import { route } from '../route.ts';
import { CartHolds } from './cart-holds.ts';
import { cartJson, hintOf } from './cart-json.ts';
import { cartTag, checkIfMatch } from './cart-tag.ts';
import { Checkouts, checkOpen } from './checkout.ts';
import { leftCarts } from './left.ts';
import * as ops from './operations.ts';
import { Presses } from './presses.ts';

/** As long as a cart is kept that nobody touches. */
const TOKEN_MS = 90 * 86_400_000;

export function cartRoutes(app: FastifyInstance, agent: Agent, owners: Owners, open: OpenCarts): void {
  const { carts, file, hints } = open;
  const holds = new CartHolds(agent, carts, (id) => hints.changed(id));
  const checkouts = new Checkouts(agent, carts, holds);
  const jsonOf = async (id: string) => cartJson(agent, holds, id, await carts.read(id));
  new Presses({
    carts,
    checkouts,
    totalOf: async (id) => (await jsonOf(id)).total,
    waits: (id, error) => agent.log.debug({ err: error, cart: id }, 'a cart waits to be ordered'),
  });
  carts.whenMerged((id) => {
    checkouts
      .mergeMore(id)
      .catch((error) =>
        agent.log.debug({ err: error, cart: id }, 'what came late stays in the guest’s cart'),
      );
  });
  const left = leftCarts(agent, open, (id, cart) => cartJson(agent, holds, id, cart));
  app.addHook('onClose', (_app, done) => {
    left?.stop();
    done();
  });
  hints.saying((id, cart) => hintOf(cartJson(agent, holds, id, cart)));

  /** Who asks, as entries name it. @throws Problem where the token is for something else */
  const actorFor = (
    request: FastifyRequest,
    principal: Principal,
    id: string,
    mode: 'edit' | 'read',
  ): string => {
    const token = cartTokenIn(request.headers.authorization);
    return token === undefined ? principal.actor : checkToken(file, token, id, mode);
  };

  const checkSku = (sku: string) => {
    if (agent.catalogue.product(sku) === undefined)
      throw new Problem('unknown_sku', `No product has SKU ${sku}.`);
  };

  const answer = (reply: FastifyReply, id: string, cart: Cart) => {
    const json = cartJson(agent, holds, id, cart);
    reply.header('etag', cartTag(json));
    return json;
  };

  /** Throws where it is another cart by now than the caller saw. */
  const seen = (ifMatch: string, id: string) => (cart: Cart) =>
    checkIfMatch(ifMatch, () => cartJson(agent, holds, id, cart));

  /** Edits an open cart and answers as it is then. */
  const edit = async (
    { ifMatch, reply }: { readonly ifMatch: string; readonly reply: FastifyReply },
    id: string,
    change: (doc: Doc) => void,
    isRepeat: (doc: Doc) => boolean = () => false,
  ) => {
    await checkouts.settled(id);
    const { cart } = await carts.edit(id, (doc, before) => {
      checkOpen(id, before);
      if (!isRepeat(doc)) seen(ifMatch, id)(before);
      change(doc);
    });
    return answer(reply, id, cart);
  };

  route(app, ops.createCart, async ({ body, request, reply }) => {
    const id = body.id ?? ownId(owners);
    if (await wentElsewhere(owners, request, reply, id, { ...body, id })) return reply;
    const { id: _, lines = [], ...fields } = body;
    for (const { sku } of lines) checkSku(sku);
    if (carts.find(id) !== undefined) throw new Problem('already_exists', `There is a cart ${id} already.`);
    carts.create(id, (doc) => {
      setFields(doc, fields);
      for (const { sku, quantity } of lines) addUnits(doc, sku as Sku, quantity);
    });
    const endsAtMs = Date.now() + TOKEN_MS;
    reply.header('location', `/v1/carts/${encodeURIComponent(id)}`);
    return {
      cart: cartJson(agent, holds, id, await carts.read(id)),
      token: signCartToken(file.secret, { cart: id, mode: 'edit', endsAtMs, keeper: agent.id }),
      readToken: signCartToken(file.secret, { cart: id, mode: 'read', endsAtMs, keeper: agent.id }),
      expiresAt: new Date(endsAtMs).toISOString(),
      live: `/v1/carts/live/${encodeURIComponent(id)}`,
    };
  });

  route(app, ops.getCart, async ({ params: { id }, principal, request, reply }) => {
    if (await wentElsewhere(owners, request, reply, id, undefined)) return reply;
    actorFor(request, principal, id, 'read');
    return answer(reply, id, await checkouts.settled(id));
  });

  route(app, ops.addCartLine, async (input) => {
    const { params, body, idempotencyKey, principal, request, reply } = input;
    const { id } = params;
    if (await wentElsewhere(owners, request, reply, id, body)) return reply;
    actorFor(request, principal, id, 'edit');
    checkSku(body.sku);
    const line = { sku: body.sku as Sku, quantity: body.quantity };
    if (idempotencyKey === undefined) return edit(input, id, (doc) => addUnits(doc, line.sku, line.quantity));
    const name = nameOfKey(idempotencyKey);
    return edit(
      input,
      id,
      (doc) => addOnce(doc, name, line),
      (doc) => broughtBy(doc, name) !== undefined,
    );
  });

  route(app, ops.setCartLine, async (input) => {
    const { params, body, principal, request, reply } = input;
    if (await wentElsewhere(owners, request, reply, params.id, body)) return reply;
    actorFor(request, principal, params.id, 'edit');
    checkSku(params.sku);
    return edit(input, params.id, (doc) => setQuantity(doc, params.sku as Sku, body.quantity));
  });

  route(app, ops.removeCartLine, async (input) => {
    const { params, principal, request, reply } = input;
    if (await wentElsewhere(owners, request, reply, params.id, undefined)) return reply;
    actorFor(request, principal, params.id, 'edit');
    return edit(input, params.id, (doc) => setQuantity(doc, params.sku as Sku, 0));
  });

  route(app, ops.patchCart, async (input) => {
    const { params, body, principal, request, reply } = input;
    const { id } = params;
    if (await wentElsewhere(owners, request, reply, id, body)) return reply;
    actorFor(request, principal, id, 'edit');
    const fields = Object.entries(body).map(([name, value]) => [name, value ?? undefined]);
    return edit(input, id, (doc) => setFields(doc, Object.fromEntries(fields)));
  });

  route(app, ops.mergeCarts, async ({ params: { id }, body, ifMatch, principal, request, reply }) => {
    if (await wentElsewhere(owners, request, reply, id, body)) return reply;
    actorFor(request, principal, id, 'edit');
    if (body.cart === id) throw new Problem('invalid_request', 'A cart is not merged into itself.');
    if (body.token !== undefined) checkToken(file, body.token, body.cart, 'edit');
    else if (cartTokenIn(request.headers.authorization) !== undefined)
      throw new Problem('forbidden', 'Send the token of the guest’s cart too.');
    return answer(reply, id, await checkouts.merge(id, body.cart, seen(ifMatch, id)));
  });

  route(app, ops.checkoutCart, async ({ params: { id }, body, ifMatch, principal, request, reply }) => {
    if (await wentElsewhere(owners, request, reply, id, body)) return reply;
    const actor = actorFor(request, principal, id, 'edit');
    const placed = await checkouts.press(id, body, actor, seen(ifMatch, id));
    if (placed.ok) reply.header('location', `/v1/orders/${encodeURIComponent(String(placed.entry.docId))}`);
    return order201(agent, reply, placed);
  });

  route(app, ops.getCartOrder, async ({ params: { id }, principal, request, reply }) => {
    if (await wentElsewhere(owners, request, reply, id, undefined)) return reply;
    actorFor(request, principal, id, 'read');
    const { order } = await checkouts.settled(id);
    if (order === undefined) throw new Problem('unknown_order', 'This cart was not ordered yet.');
    return findOrder(agent, order);
  });
}

/** @returns the actor @throws Problem */
function checkToken(file: CartFile, token: string, id: string, mode: 'edit' | 'read'): string {
  const found = readCartToken(file.secret, token, Date.now());
  if (found === undefined)
    throw new Problem('unauthenticated', 'The cart token is none of ours, or over. Make a new cart.');
  if (found.cart !== id) throw new Problem('forbidden', 'The token is for another cart.');
  if (mode === 'edit' && found.mode !== 'edit') throw new Problem('forbidden', 'The token is to read alone.');
  return `shopper:${id}`;
}

/** One that this writer keeps, so that nobody has to be asked. */
function ownId(owners: Owners): string {
  for (;;) {
    const id = uuidv7();
    if (owners.elsewhere(id) === undefined) return id;
  }
}

function nameOfKey(key: string): string {
  return `key:${createHash('sha256').update(key).digest('hex')}`;
}

/**
 * Under the key's own name, as a merged cart is: the document itself knows that it was added.
 * @throws Problem where the key was used for another line
 */
function addOnce(doc: Doc, name: string, line: CartLine): void {
  const [before] = broughtBy(doc, name) ?? [line];
  if (before?.sku !== line.sku || before.quantity !== line.quantity)
    throw new Problem('document_differs', 'This Idempotency-Key was used for another line. Take a new one.');
  mergeCart(doc, name, { lines: [line] });
}
