import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOST, endpoint, master, post } from '../../../support/signing-endpoint.ts';

describe('abuse', () => {
  const bodies: Record<string, unknown> = {
    'not JSON': '{',
    empty: '',
    array: [],
    null: 'null',
    string: '"x"',
    number: '1',
    'no urls': {},
    'urls a string': { urls: master },
    'urls an object': { urls: { 0: master, length: 1 } },
    'no url': { urls: [] },
    'url a number': { urls: [1] },
    'url null': { urls: [null] },
    'url an array': { urls: [[master]] },
    'url an object': { urls: [{ href: master }] },
    relative: { urls: ['/vod/x'] },
    'not a URL': { urls: ['http://'] },
    javascript: { urls: ['javascript:alert(1)'] },
    file: { urls: ['file:///vod/x'] },
    data: { urls: ['data:,x'] },
    'too many': { urls: Array.from({ length: 101 }, (_, i) => `${HOST}/vod/${i}`) },
    'a million entries': `{"urls":[${'1,'.repeat(100_000)}1]}`,
    'a long URL': { urls: [`${HOST}/vod/${'a'.repeat(9000)}`] },
    'unknown reason': { urls: [master], reason: 'because' },
    'reason an object': { urls: [master], reason: {} },
    'deep nesting': '['.repeat(100_000),
    __proto__: '{"__proto__":{"urls":["x"]}}',
    'lone surrogate': '{"urls":["\\ud800"]}',
  };
  test.each(Object.entries(bodies))('%s is a 4xx problem without a signature', async (_, body) => {
    const response = await endpoint()(post(body));
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
    expect(response.headers.get('Content-Type')).toBe('application/problem+json');
    expect(await response.json()).toEqual({
      title: expect.any(String),
      status: response.status,
      detail: expect.any(String),
    });
  });

  test('other methods, other types, long bodies', async () => {
    const handler = endpoint();
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH']) {
      const response = await handler(new Request('https://h/token', { method }));
      expect([response.status, response.headers.get('Allow')]).toEqual([405, 'POST, OPTIONS']);
    }
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/jsonp',
    ]) {
      expect((await handler(post({ urls: [master] }, { 'Content-Type': type }))).status, type).toBe(415);
    }
    expect(
      (await handler(post({ urls: [master] }, { 'Content-Type': 'application/json; charset=utf-8' }))).status,
    ).toBe(200);
    let pulled = 0;
    const endless = new ReadableStream({
      pull: (controller) => {
        pulled++;
        controller.enqueue(new Uint8Array(65_536));
      },
    });
    const long = new Request('https://h/token', {
      method: 'POST',
      body: endless,
      headers: { 'Content-Type': 'application/json' },
      duplex: 'half',
    } as RequestInit);
    expect((await handler(long)).status).toBe(413);
    expect(pulled).toBeLessThan(10);
    const failing = new ReadableStream({ pull: (controller) => controller.error(new Error('gone')) });
    const broken = new Request('https://h/token', {
      method: 'POST',
      body: failing,
      headers: { 'Content-Type': 'application/json' },
      duplex: 'half',
    } as RequestInit);
    expect((await handler(broken)).status).toBe(400);
  });

  test('whatever the body is, the answer is a 4xx or tokens for what was allowed', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.webUrl(),
      fc.constantFrom(master, `${HOST}/vod/../x`, `${HOST}/vod/%2e%2e%2fx`),
    );
    const body = fc.oneof(
      fc.json(),
      fc.string({ unit: 'binary' }),
      fc
        .record({ urls: fc.array(fc.oneof(text, fc.anything())), reason: fc.option(fc.string()) })
        .map((value) => JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? 1 : each))),
    );
    await fc.assert(
      fc.asyncProperty(body, async (sent) => {
        const response = await endpoint()(post(sent));
        const { tokens = [] } = await response.json();
        expect(response.status === 200 || (response.status >= 400 && response.status < 500)).toBe(true);
        for (const token of tokens) expect(token.url).toMatch(/^https:\/\/cdn\.example\.com\/vod\//);
      }),
      { numRuns: 300 },
    );
  });
});
