/** The authority's door for shapes: for its operator, and for whom an enrolled region vouches with its key. */
import { join } from 'node:path';
import type { ReplicaId } from '@tallystick/crdt';
import { Problem } from '@tallystick/store-agent';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ALL_SCOPES, type Scope } from '../access/scopes.ts';
import { isProved, passedOnBy } from '../facade/forward-proof.ts';
import type { ShapeAsker } from '../shapes/door/asker.ts';
import { shapeDoor } from '../shapes/door/shape-door.ts';
import { electricDoor } from '../shapes/electric/electric-door.ts';
import { ASKER_HEADER, PROOF_HEADER, readAsker } from '../shapes/passed-on.ts';
import { Shapes } from '../shapes/shapes.ts';
import type { Authority } from './authority.ts';

const AUTHORITY = 'authority' as ReplicaId;
const OPERATOR: ShapeAsker = { client: undefined, scopes: new Set<Scope>(ALL_SCOPES) };

/** @param needOperator throws where the request is not the operator's */
export function openShapes(
  app: FastifyInstance,
  authority: Authority,
  needOperator: (request: FastifyRequest) => void,
): void {
  const { databaseUrl, dataDir, log, electricUrl } = authority.options;
  const askerOf = (request: FastifyRequest) => shapeAsker(authority, request, needOperator);
  if (electricUrl !== undefined) {
    electricDoor(app, { electricUrl, databaseUrl, log }, askerOf);
    return;
  }
  const shapes = new Shapes({ databaseUrl, folder: join(dataDir, 'shapes'), log });
  // Whoever waits for a change would keep the server open.
  app.addHook('preClose', () => shapes.stop());
  shapeDoor(app, shapes, askerOf);
}

/** @throws Problem */
function shapeAsker(
  { catalogue }: Pick<Authority, 'catalogue'>,
  request: FastifyRequest,
  needOperator: (request: FastifyRequest) => void,
): ShapeAsker {
  const proof = request.headers[PROOF_HEADER];
  if (proof === undefined) {
    needOperator(request);
    return OPERATOR;
  }
  const from = passedOnBy(String(proof));
  const region = from === undefined ? undefined : catalogue.replica(from);
  const asker = String(request.headers[ASKER_HEADER] ?? '');
  const { method, url: target } = request;
  const body = request.body === undefined ? undefined : JSON.stringify(request.body);
  const passed = { from: from as ReplicaId, to: AUTHORITY, method, target, said: { asker }, body };
  if (
    region?.kind === 'region' &&
    region.status === 'enrolled' &&
    isProved(String(proof), passed, region.publicKey, Date.now())
  )
    return readAsker(asker, region.id);
  throw new Problem('forbidden', 'Only an enrolled region passes questions for shapes on to the authority.');
}
