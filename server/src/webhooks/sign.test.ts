/** What we sign, the public library verifies. */
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { newSecret, signatureHeaders } from './sign.ts';

describe('signatures', () => {
  test('are those of the test vector of Standard Webhooks', () => {
    const message = {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: 1_614_265_330,
      body: '{"test": 2432232314}',
    };
    expect(signatureHeaders(message, ['MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'])).toEqual({
      'webhook-id': message.id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  test('verify with the old secret and the new one while one replaces the other, and with no third', () => {
    const [old, fresh, other] = [newSecret(), newSecret(), newSecret()];
    const body = JSON.stringify({ type: 'order.settled' });
    const headers = signatureHeaders({ id: '12', timestamp: Math.floor(Date.now() / 1_000), body }, [
      fresh,
      old,
    ]);
    expect(new Webhook(old).verify(body, headers)).toEqual({ type: 'order.settled' });
    expect(new Webhook(fresh).verify(body, headers)).toEqual({ type: 'order.settled' });
    expect(() => new Webhook(other).verify(body, headers)).toThrow();
    expect(() => new Webhook(old).verify(`${body} `, headers)).toThrow();
  });
});
