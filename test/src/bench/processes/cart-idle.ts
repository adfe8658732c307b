/** Ten thousand shoppers who look at their carts and do nothing. Started as a helper of a bench. */
import { WebSocket } from 'ws';
import { answer } from '../helper.ts';

/** Asked at once: well below what one address may ask of a region in a second. */
const AT_ONCE = 40;

const sockets: WebSocket[] = [];

/** Makes carts with a line each, and looks at each as a client does until it is in step. */
async function look({ url, carts }: { url: string; carts: number }): Promise<void> {
  let left = carts - sockets.length;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (left > 0) {
        left -= 1;
        await one(url);
      }
    }),
  );
}

async function one(url: string): Promise<void> {
  const response = await fetch(`${url}/v1/carts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ lines: [{ sku: 'LAMP', quantity: 2 }] }),
  });
  if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
  const { cart, token } = (await response.json()) as { cart: { id: string }; token: string };
  const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/carts/live/${cart.id}?token=${token}`);
  sockets.push(socket);
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.on('open', () => socket.send(Uint8Array.from([0, 0, 1, 0])));
    socket.on('message', (data: Buffer) => {
      // Sync, step 2: all that the cart has.
      if (data[0] === 0 && data[1] === 1) resolve();
    });
  });
}

answer({ look });
