/** Products and locations through the facade: concurrency, hostile input, and the books away. */
import { expectProblem, said } from '@tallystick/store-agent/test-kit';
import { beforeEach, describe, expect, test } from 'vitest';
import { putCatalogue } from '../authority/catalogue.ts';
import { TestFleet, until } from '../authority/fleet.test-kit.ts';

const LAMP = { sku: 'ARC', names: { en: 'Arc lamp' }, prices: { EUR: 12900 } };
const PATCH = { 'content-type': 'application/merge-patch+json' };

let fleet: TestFleet;
let url: string;

const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  said(
    await fetch(`${url}${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );

beforeEach(async () => {
  fleet = await TestFleet.start();
  await fleet.add('eu', 'region', 'authority', null);
  url = fleet.served.get('eu')?.url as string;
});

describe('products', () => {
  test('are made once: the same again is the first answer, another under the name is refused', async () => {
    const first = await call('POST', '/v1/products', LAMP);
    expect(first.status).toBe(201);
    const again = await call('POST', '/v1/products', LAMP);
    expect(again.status).toBe(201);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.body).toEqual(first.body);
    expectProblem(await call('POST', '/v1/products', { ...LAMP, prices: { EUR: 1 } }), 409, 'already_exists');
  });

  test('are patched by who has read the newest: of two at once, one has to read again', async () => {
    const made = await call('POST', '/v1/products', LAMP);
    const etag = made.headers.get('etag') as string;
    const patches = [{ prices: { EUR: 1 } }, { prices: { EUR: 2 } }].map((patch) =>
      call('PATCH', '/v1/products/ARC', patch, { ...PATCH, 'if-match': etag }),
    );
    const answers = (await Promise.all(patches)).sort((a, b) => a.status - b.status);
    expect(answers.map(({ status }) => status)).toEqual([200, 412]);
    const now = await call('GET', '/v1/products/ARC');
    expect(now.body).toEqual(answers[0]?.body);
    expect(now.headers.get('etag')).toBe(answers[0]?.headers.get('etag'));
    expect(
      (
        await fetch(`${url}/v1/products/ARC`, {
          headers: { 'if-none-match': now.headers.get('etag') as string },
        })
      ).status,
    ).toBe(304);
  });

  test('of an older release, with a unit that stands twice, are patched elsewhere; their units only to what they may be', async () => {
    const units = [6, 12].map((basePerUnit) => ({ unit: 'case', basePerUnit }));
    const { pool } = (fleet.authorities[0] as (typeof fleet.authorities)[number]).authority;
    const stored = { ...LAMP, baseUnit: 'piece', units, taxRateBp: 1900, taxIncluded: true };
    await putCatalogue(pool, [{ kind: 'product', id: 'ARC', body: JSON.stringify(stored) }]);
    const patch = (body: object) => call('PATCH', '/v1/products/ARC', body, { ...PATCH, 'if-match': '*' });
    expect(await patch({ names: { en: 'Arc' } })).toMatchObject({
      status: 200,
      body: { names: { en: 'Arc' }, units: units.map((unit) => ({ ...unit, barcodes: [] })) },
    });
    const refused = await patch({ units, taxRateBp: 700 });
    expectProblem(refused, 400, 'invalid_request');
    expect(refused.body.errors).toMatchObject([{ pointer: '/units' }]);
    // What is wrong with the rest is not what was asked for.
    expect((await patch({ names: { en: null } })).body.errors).toMatchObject([{ pointer: '/names' }]);
    expect((await patch({ units: units.slice(1) })).status).toBe(200);
  });

  test('keep their base unit for ever', async () => {
    const { headers } = await call('POST', '/v1/products', LAMP);
    const body = { names: { en: 'Arc' }, prices: {}, baseUnit: 'gram' };
    const answer = await call('PUT', '/v1/products/ARC', body, { 'if-match': headers.get('etag') as string });
    expectProblem(answer, 400, 'invalid_request');
    expect(answer.body.errors).toMatchObject([{ pointer: '/baseUnit' }]);
  });

  test('are found by any spelling of a barcode, also that of a case', async () => {
    const units = [{ unit: 'case', basePerUnit: 6, barcodes: ['00012345600012'] }];
    await call('POST', '/v1/products', { ...LAMP, barcodes: ['4006381333931'], units });
    for (const barcode of ['4006381333931', '04006381333931', '012345600012']) {
      const { body } = await call('GET', `/v1/products?barcode=${barcode}`);
      expect(body).toMatchObject({ items: [{ sku: 'ARC' }], nextCursor: null });
    }
    expectProblem(await call('GET', '/v1/products?barcode=4006381333932'), 400, 'invalid_request');
  });

  test('that are discontinued are listed only where they are asked for, and can still be read', async () => {
    await call('POST', '/v1/products', LAMP);
    for (let i = 0; i < 2; i += 1) {
      expect((await call('POST', '/v1/products/ARC/discontinue')).body).toMatchObject({
        status: 'discontinued',
      });
    }
    const skus = async (query: string) =>
      ((await call('GET', `/v1/products${query}`)).body.items as { sku: string }[]).map(({ sku }) => sku);
    expect(await skus('')).toEqual(['LAMP', 'MUG']);
    expect(await skus('?status=discontinued')).toEqual(['ARC']);
    expect((await call('GET', '/v1/products/ARC')).status).toBe(200);
  });

  test('are paged to the end, each once', async () => {
    for (let i = 0; i < 5; i += 1) await call('POST', '/v1/products', { ...LAMP, sku: `P${i}` });
    const seen: string[] = [];
    let path: string | undefined = '/v1/products?limit=2';
    while (path !== undefined) {
      const { body, headers } = await call('GET', path);
      seen.push(...(body.items as { sku: string }[]).map(({ sku }) => sku));
      path = /<(.*)>; rel="next"/.exec(headers.get('link') ?? '')?.[1];
    }
    expect(seen).toEqual(['LAMP', 'MUG', 'P0', 'P1', 'P2', 'P3', 'P4']);
  });

  test('are refused where they are wrong, and nothing is written', async () => {
    const wrongs: [string, unknown][] = [
      ['an unknown field', { ...LAMP, price: 3 }],
      ['no name', { ...LAMP, names: {} }],
      ['a NUL in a SKU', { ...LAMP, sku: 'A\0' }],
      ['a NUL in a name', { ...LAMP, names: { en: 'A\0B' } }],
      ['a fractional price', { ...LAMP, prices: { EUR: 1.5 } }],
      ['a huge price', { ...LAMP, prices: { EUR: 1e300 } }],
      ['a currency that is none', { ...LAMP, prices: { Euro: 1 } }],
      [
        'a case of two sizes',
        {
          ...LAMP,
          units: [
            { unit: 'case', basePerUnit: 6 },
            { unit: 'case', basePerUnit: 12 },
          ],
        },
      ],
      ['a case of nothing', { ...LAMP, units: [{ unit: 'case', basePerUnit: 0 }] }],
      ['a list instead of an object', []],
    ];
    const made = await call('POST', '/v1/products', { ...LAMP, sku: 'NAMED' });
    const noName = await call(
      'PATCH',
      '/v1/products/NAMED',
      { names: { en: null } },
      {
        ...PATCH,
        'if-match': made.headers.get('etag') as string,
      },
    );
    expectProblem(noName, 400, 'invalid_request');
    for (const [what, body] of wrongs) {
      const answer = await call('POST', '/v1/products', body);
      expect({ what, status: answer.status }).toEqual({ what, status: 400 });
      expectProblem(answer, 400, 'invalid_request');
    }
    expect((await call('GET', '/v1/products')).body.items).toHaveLength(3);
  });

  test('of more words than a copy takes are refused; as many as it takes are handed on', async () => {
    const inLanguages = (sku: string, count: number) => {
      const locales = Array.from(
        { length: count },
        (_, i) => `${'abcdefghij'[i % 10]}${'klmnop'[Math.floor(i / 10)]}`,
      );
      const descriptions = Object.fromEntries(locales.map((locale) => [locale, '灯'.repeat(4_000)]));
      return { ...LAMP, sku, descriptions };
    };
    const refused = await call('POST', '/v1/products', inLanguages('LARGE', 30));
    expectProblem(refused, 400, 'invalid_request');
    expect(refused.body.detail).toMatch(
      /It has 352 KiB of names, texts and prices, and at most 128 are handed on/,
    );
    expect((await call('POST', '/v1/products', inLanguages('MANY', 10))).status).toBe(201);
    expect((await call('POST', '/v1/products', LAMP)).status).toBe(201);
    const copy = fleet.served.get('eu')?.agent.catalogue;
    await until(() => copy?.product('ARC') !== undefined, 'the region has what came after it');
    expect(copy?.product('MANY')?.descriptions).toHaveProperty('ak');
    expect(copy?.product('LARGE')).toBeUndefined();
  });

  test('are read while the books are away, and not written', async () => {
    await call('POST', '/v1/products', LAMP);
    await fleet.authorities[0]?.app.close();
    await fleet.authorities[0]?.authority.host.stop();
    expect((await call('GET', '/v1/products/ARC')).status).toBe(200);
    const refused = await call('POST', '/v1/products', { ...LAMP, sku: 'LATER' });
    expectProblem(refused, 503, 'authority_unreachable');
    expect(refused.headers.get('retry-after')).not.toBeNull();
  });
});

describe('locations', () => {
  const SHOP = {
    id: 'ulm',
    name: 'Ulm',
    kind: 'store',
    keeper: 'ulm',
    timeZone: 'Europe/Berlin',
    currency: 'EUR',
  };

  test('are made, read, patched; what stock was written down with stays', async () => {
    const made = await call('POST', '/v1/locations', SHOP);
    expect(made.status).toBe(201);
    const headers = { ...PATCH, 'if-match': made.headers.get('etag') as string };
    const patched = await call('PATCH', '/v1/locations/ulm', { address: 'Münsterplatz 1' }, headers);
    expect(patched.body).toEqual({ ...SHOP, address: 'Münsterplatz 1' });
    expectProblem(
      await call('PATCH', '/v1/locations/ulm', { currency: 'CHF' }, headers),
      400,
      'invalid_request',
    );
    expect((await call('GET', '/v1/locations')).body.items).toHaveLength(3);
  });

  test('are refused with a zone or a kind that is none', async () => {
    for (const wrong of [{ timeZone: 'Europe/Ulm' }, { kind: 'shed' }]) {
      expectProblem(await call('POST', '/v1/locations', { ...SHOP, ...wrong }), 400, 'invalid_request');
    }
  });
});
