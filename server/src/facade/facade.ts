/** The REST facade: every operation of a region, its routes, its document, and pages to read and try it. */
import { readFileSync } from 'node:fs';
import { type Agent, readJson } from '@tallystick/store-agent';
import type { FastifyInstance } from 'fastify';
import type { OpenCarts } from '../live/live.ts';
import type { OpenResidents } from '../residents/open-residents.ts';
import { signIn } from './access/sign-in.ts';
import { ALIASES, serveAliases } from './aliases.ts';
import { AUDIT_OPERATIONS } from './audit/operations.ts';
import { auditRoutes } from './audit/routes.ts';
import { CART_OPERATIONS } from './carts/operations.ts';
import { cartRoutes } from './carts/routes.ts';
import { CASHIER_OPERATIONS } from './cashiers/operations.ts';
import { cashierRoutes } from './cashiers/routes.ts';
import { CLIENT_OPERATIONS } from './clients/operations.ts';
import { clientRoutes } from './clients/routes.ts';
import { CREDENTIAL_OPERATIONS } from './credentials/operations.ts';
import { credentialRoutes } from './credentials/routes.ts';
import { CUSTOMER_OPERATIONS } from './customers/operations.ts';
import { customerRoutes } from './customers/routes.ts';
import { docsPage } from './docs-page.ts';
import { EVENT_OPERATIONS } from './events/operations.ts';
import { eventRoutes } from './events/routes.ts';
import { HOLD_OPERATIONS } from './holds/operations.ts';
import { holdRoutes } from './holds/routes.ts';
import { adjustmentRoutes } from './inventory/adjustments.ts';
import { INVENTORY_OPERATIONS } from './inventory/operations.ts';
import { inventoryRoutes } from './inventory/routes.ts';
import { THRESHOLD_OPERATIONS, thresholdRoutes } from './inventory/thresholds.ts';
import { limits } from './limits/limits.ts';
import { LOCATION_OPERATIONS } from './locations/operations.ts';
import { locationRoutes } from './locations/routes.ts';
import { openApi, type Tag } from './openapi.ts';
import type { Operation } from './operation.ts';
import { GOODS_OPERATIONS } from './orders/goods-operations.ts';
import { ORDER_OPERATIONS } from './orders/operations.ts';
import { orderRoutes } from './orders/routes.ts';
import { refuseOtherMethods } from './other-methods.ts';
import { Owners } from './owners.ts';
import { PRODUCT_OPERATIONS } from './products/operations.ts';
import { productRoutes } from './products/routes.ts';
import { REPLICA_OPERATIONS } from './replicas/operations.ts';
import { replicaRoutes } from './replicas/routes.ts';
import { SHAPE_OPERATIONS } from './shapes/operations.ts';
import { shapeRoutes } from './shapes/routes.ts';
import { TRANSFER_OPERATIONS } from './transfers/operations.ts';
import { transferRoutes } from './transfers/routes.ts';
import { TROUBLE_OPERATIONS } from './trouble/operations.ts';
import { troubleRoutes } from './trouble/routes.ts';
import { WEBHOOK_OPERATIONS } from './webhooks/operations.ts';
import { webhookRoutes } from './webhooks/routes.ts';

/** In the order in which a newcomer would use them; examples are run in this order. */
export const OPERATIONS: readonly Operation[] = [
  ...PRODUCT_OPERATIONS,
  ...LOCATION_OPERATIONS,
  ...INVENTORY_OPERATIONS,
  ...TRANSFER_OPERATIONS,
  ...THRESHOLD_OPERATIONS,
  ...ORDER_OPERATIONS,
  ...GOODS_OPERATIONS,
  ...HOLD_OPERATIONS,
  ...CUSTOMER_OPERATIONS,
  ...CART_OPERATIONS,
  ...EVENT_OPERATIONS,
  ...SHAPE_OPERATIONS,
  ...WEBHOOK_OPERATIONS,
  ...REPLICA_OPERATIONS,
  ...CLIENT_OPERATIONS,
  ...CREDENTIAL_OPERATIONS,
  ...CASHIER_OPERATIONS,
  ...AUDIT_OPERATIONS,
  ...TROUBLE_OPERATIONS,
];

export const TAGS: readonly Tag[] = [
  { name: 'Products', description: 'What is for sale: names, units, barcodes, prices.' },
  { name: 'Locations', description: 'Where goods stand: shops and warehouses.' },
  { name: 'Inventory', description: 'How many there are, and why.' },
  { name: 'Transfers', description: 'Goods on their way: expected from outside, or sent by another place.' },
  { name: 'Orders', description: 'What was sold, and what became of it.' },
  { name: 'Customers', description: 'People who buy, known to orders by an opaque id alone.' },
  { name: 'Carts', description: 'What shoppers mean to buy, on all their devices at once.' },
  { name: 'Holds', description: 'Units set aside until a time.' },
  { name: 'Events', description: 'What happened, in the order of the books, as it happens.' },
  {
    name: 'Shapes',
    description: 'Tables, followed live with a client that is there already: that of Electric.',
  },
  { name: 'Webhooks', description: 'The same, sent to you and signed.' },
  {
    name: 'Replicas',
    description: 'Regions, warehouses, shops and tills: who there is, and how they fare. For operators.',
  },
  { name: 'Clients', description: 'Businesses that order here, and see their own orders alone.' },
  { name: 'Credentials', description: 'The ids and secrets with which programs get their tokens.' },
  { name: 'Cashiers', description: 'People who sign in at shops and tills with a PIN.' },
  {
    name: 'Audit',
    description: 'Who changed what, when and from where; and whether all of it is still as it was written.',
  },
];

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

export function openApiDocument(): Record<string, unknown> {
  return openApi(OPERATIONS, TAGS, version);
}

export function facadeRoutes(
  app: FastifyInstance,
  agent: Agent,
  openCarts: OpenCarts,
  residents: OpenResidents | undefined,
): void {
  readJson(app, 'application/merge-patch+json');
  limits(app, agent);
  signIn(app, agent);
  serveAliases(app);
  productRoutes(app, agent);
  locationRoutes(app, agent);
  inventoryRoutes(app, agent);
  thresholdRoutes(app, agent);
  adjustmentRoutes(app, agent);
  transferRoutes(app, agent);
  const owners = new Owners(agent);
  orderRoutes(app, agent, owners);
  holdRoutes(app, agent, owners);
  customerRoutes(app, agent, owners, residents);
  cartRoutes(app, agent, owners, openCarts);
  eventRoutes(app, agent);
  shapeRoutes(app, agent);
  webhookRoutes(app, agent);
  replicaRoutes(app, agent);
  clientRoutes(app, agent);
  credentialRoutes(app, agent);
  cashierRoutes(app, agent);
  auditRoutes(app, agent);
  troubleRoutes(app, agent);
  refuseOtherMethods(app, [...OPERATIONS, ...ALIASES]);
  const document = JSON.stringify(openApiDocument());
  app.get('/v1/openapi.json', async (_request, reply) =>
    reply
      .header('cache-control', 'public, max-age=300')
      .type('application/json; charset=utf-8')
      .send(document),
  );
  docsPage(app);
}
