/** Serving calls: what another replica may ask of this one through the tree. Its JSON is hostile until parsed. */
import {
  type Accepted,
  type Answer,
  type Command,
  isPoolId,
  isReplicaId,
  ORDER_MARKS,
  QUANTITY_MAX,
} from '@tallystick/crdt';
import type { CallResult } from '@tallystick/crdt/host';
import { z } from 'zod';
import type { Fact } from './http/answers.ts';
import { documentId, reason } from './http/order-body.ts';
import { Problem } from './http/problem.ts';
import type { Log } from './log.ts';
import type { RetireRequest, RetireResult } from './retire.ts';
import { servedInTrace } from './trace/call.ts';

const units = z.number().int().min(1).max(QUANTITY_MAX);
const pool = z.string().refine(isPoolId, 'a pool');
const lines = z
  .array(z.strictObject({ pool, n: units }))
  .min(1)
  .max(10_000);
const orderLines = (more: 'sold' | 'ordered') =>
  z
    .array(z.strictObject({ pool, n: units, lineId: documentId, [more]: units.optional() }))
    .min(1)
    .max(10_000);
const asked = { id: documentId, actor: z.string().regex(/^[\x21-\x7e]{1,160}$/) };

const goodsCommand = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('receive'),
    ...asked,
    cause: z.enum(['delivery', 'correction', 'transfer']),
    reason: reason.optional(),
    lines,
  }),
  z.strictObject({ type: z.literal('return'), ...asked, orderId: documentId, lines: orderLines('sold') }),
  z.strictObject({ type: z.literal('ship'), ...asked, orderId: documentId, lines: orderLines('ordered') }),
  z.strictObject({
    type: z.literal('count'),
    ...asked,
    reason,
    lines: z
      .array(
        z.strictObject({
          pool,
          found: z.number().int().min(0).max(QUANTITY_MAX),
          replaces: z.number().int().min(0).optional(),
        }),
      )
      .min(1)
      .max(10_000),
  }),
  z.strictObject({
    type: z.literal('lose'),
    ...asked,
    cause: z.enum(['damage', 'shrinkage', 'correction', 'transfer']),
    reason,
    lines,
  }),
  z.strictObject({
    type: z.literal('cancel'),
    ...asked,
    orderId: documentId,
    reason,
    lineIds: z.array(documentId).max(10_000).optional(),
  }),
  z.strictObject({ type: z.literal('mark'), ...asked, orderId: documentId, mark: z.enum(ORDER_MARKS) }),
]);

/** A correction is two acts; nobody asks for more. */
const TOGETHER_MAX = 2;

const takingBack = {
  id: documentId,
  replica: z.string().refine(isReplicaId, 'a replica id'),
  operator: z.string().regex(/^[\x21-\x7e]{1,100}$/),
  counted: z.array(z.strictObject({ pool, n: units })).max(10_000),
};

const callSchema = z.discriminatedUnion('call', [
  z.strictObject({ call: z.literal('command'), command: goodsCommand }),
  /** Acts that are one to whoever asks: all of them, or none. */
  z.strictObject({ call: z.literal('together'), commands: z.array(goodsCommand).min(1).max(TOGETHER_MAX) }),
  z.strictObject({ call: z.literal('order'), id: documentId }),
  z.strictObject({ call: z.literal('status') }),
  /** Whether anybody is there: pages have no other way to find out. */
  z.strictObject({ call: z.literal('ping') }),
  z.strictObject({ call: z.literal('retire'), ...takingBack }),
  /** By another name than `retire`: who knows it not must not take it for that, and shut out a replica that lives. */
  z.strictObject({ call: z.literal('former-lives'), ...takingBack }),
]);

export interface CallServer {
  readonly log: Log;
  submit(command: Command): Promise<Answer>;
  submitTogether(commands: readonly Command[]): Promise<Answer>;
  fact(answer: Accepted): Fact;
  order(id: string): unknown;
  status(): unknown;
  /** @param isFormer of the lives that ended alone: the one that goes on is left as it is. */
  retire(request: RetireRequest, isFormer: boolean): Promise<RetireResult>;
}

export async function serveCall(server: CallServer, body: string): Promise<CallResult> {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return { ok: false, code: 'malformed_body', message: 'The call is not JSON.' };
  }
  return servedInTrace(json, server.log, (asked) => serveParsed(server, asked));
}

async function serveParsed(server: CallServer, json: unknown): Promise<CallResult> {
  const parsed = callSchema.safeParse(json);
  if (!parsed.success) {
    return {
      ok: false,
      code: 'invalid_request',
      message: parsed.error.issues[0]?.message ?? 'not a known call',
    };
  }
  const call = parsed.data;
  switch (call.call) {
    case 'command':
      return said(server, await server.submit(call.command as unknown as Command));
    case 'together':
      return said(server, await server.submitTogether(call.commands as unknown as Command[]));
    case 'order':
      try {
        return { ok: true, value: server.order(call.id) };
      } catch {
        return { ok: false, code: 'unknown_order', message: `Order ${call.id} is not known there.` };
      }
    case 'retire':
    case 'former-lives':
      try {
        return { ok: true, value: await server.retire(call, call.call === 'former-lives') };
      } catch (error) {
        if (error instanceof Problem) return { ok: false, code: error.code, message: error.message };
        throw error;
      }
    case 'ping':
      return { ok: true, value: null };
    case 'status':
      return { ok: true, value: server.status() };
    default:
      return call satisfies never;
  }
}

function said(server: CallServer, answer: Answer): CallResult {
  return answer.ok ? { ok: true, value: server.fact(answer) } : answer;
}
