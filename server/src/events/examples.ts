/** Data of events as the document shows it; checked against the schemas. */

export const order = {
  orderId: '0198f0a2-7c1e-7a55-8b8e-3f7d5a4c9e01',
  clientId: 'acme',
  customerId: 'cust-81',
  replica: 'eu',
  channel: 'rest',
  priority: 0,
  placedAt: '2026-05-04T10:00:00.000Z',
  completed: false,
  lines: [
    {
      lineId: '1',
      sku: 'LAMP',
      locationId: 'depot',
      quantity: 2,
      unit: 'piece',
      unitPrice: { amountMinor: 1_000, currency: 'EUR' },
    },
  ],
};

export const shipped = {
  orderId: order.orderId,
  clientId: 'acme',
  customerId: 'cust-81',
  documentId: 'shipment-1',
  lines: [{ lineId: '1', sku: 'LAMP', locationId: 'depot', quantity: 2 }],
};

export const goods = {
  documentId: 'delivery-1',
  lines: [{ sku: 'LAMP', locationId: 'depot', quantity: 40 }],
};

export const level = { sku: 'LAMP', locationId: 'depot', onHand: 40, available: 38, committed: 2 };

export const leftCart = {
  cartId: '0198f0a2-7c1e-7a55-8b8e-3f7d5a4c9e02',
  replica: 'eu',
  customerId: 'cust-81',
  leftAt: '2026-05-04T10:00:00.000Z',
  lines: [{ sku: 'LAMP', quantity: 2, unitPrice: { amountMinor: 1_000, currency: 'EUR' } }],
  total: { amountMinor: 2_000, currency: 'EUR' },
};

/** The envelope of an event as the document shows it. */
export function exampleEvent(type: string) {
  return {
    specversion: '1.0',
    id: '4711',
    source: '/authority',
    type,
    subject: order.orderId,
    time: '2026-05-04T10:00:01.000Z',
    datacontenttype: 'application/json',
    dataschema: `https://tallystick.dev/events/${type}/1`,
  };
}
