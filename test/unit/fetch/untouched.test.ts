import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { createTokenSource, secureFetch } from '../../../packages/fetch/src/index.ts';
import { fetchLab } from './fetch-lab.ts';

const lab = fetchLab();

const CDN = 'https://cdn.test/';
const source = createTokenSource({ protect: CDN, getTokens: () => Promise.reject(new Error('nobody asks')) });

/** A fetch that is never given anything but what the caller gave. */
const spied = () => {
  const answers: Promise<Response>[] = [];
  const receivers: unknown[] = [];
  const calls: unknown[][] = [];
  const fetch = secureFetch(source, function (this: unknown, ...args: unknown[]) {
    receivers.push(this);
    calls.push(args);
    return answers[answers.push(Promise.resolve(new Response())) - 1]!;
  });
  return { fetch: fetch as (...args: unknown[]) => Promise<Response>, answers, receivers, calls };
};

const elsewhere = fc.oneof(
  fc.webUrl({ withQueryParameters: true, withFragments: true }).filter((url) => !url.startsWith(CDN)),
  fc.constantFrom('', '/vod/1.m4s', 'data:,x', 'blob:https://cdn.test/1', 'https://cdn.test.example/', 'http:// no'),
);
const input = fc.oneof(
  elsewhere,
  fc.webUrl().map((url) => new URL(url)),
  fc.webUrl().map((url) => new Request(url, { method: 'POST', body: 'x' })),
  fc.constantFrom(undefined, null, 7, {}, Symbol('x')),
);
const init = fc.oneof(
  fc.constantFrom(undefined, null, { method: 'POST', body: 'x' }, { headers: new Headers({ a: 'b' }) }),
  fc.dictionary(fc.string(), fc.anything()),
);

describe('what is not protected', () => {
  test('goes to fetch with the same arguments and receiver, and gets the very promise of it', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.tuple(input), fc.tuple(input, init), fc.constant([])),
        fc.anything(),
        (args, receiver) => {
          const { fetch, answers, receivers, calls } = spied();
          const promise = Reflect.apply(fetch, receiver, args);
          expect(promise).toBe(answers[0]);
          expect(receivers).toEqual([receiver]);
          expect(calls[0]).toHaveLength(args.length);
          args.forEach((arg, index) => expect(calls[0]![index]).toBe(arg));
        },
      ),
    );
  });

  test.each([
    [{ method: 'POST' }],
    [{ method: 'put', body: 'x' }],
    [{ method: 'DELETE' }],
    // fetch itself rejects that one
    [{ body: 'x' }],
  ])('so is what sends something to a protected URL: %j', (sent) => {
    const { fetch, answers, calls } = spied();
    const request = new Request(`${CDN}1`, { method: 'POST', body: 'x' });
    expect(fetch(`${CDN}1`, sent)).toBe(answers[0]);
    expect(calls[0]![1]).toBe(sent);
    expect(fetch(request)).toBe(answers[1]);
    expect(calls[1]).toEqual([request]);
    expect(request.bodyUsed).toBe(false);
  });

  test('the response is as it came', async () => {
    const response = await lab.now.secure(lab.now.url('free/1.m3u8?st=t1'));
    expect(Object.keys(Object.getOwnPropertyDescriptors(response))).not.toContain('url');
    expect(response.url).toBe(lab.now.url('free/1.m3u8?st=t1'));
    expect(lab.now.asked).toEqual([]);
  });
});

describe('what is protected', () => {
  test('goes through fetch with the same receiver', async () => {
    const fetch = vi.fn(function (this: unknown) {
      return Promise.resolve(new Response(String(this)));
    });
    const secure = secureFetch(lab.now.source, fetch);
    expect(await (await Reflect.apply(secure, 'me', [lab.now.url('vod/1')])).text()).toBe('me');
  });

  test.each([
    ['a wrong option', () => [lab.now.url('vod/1'), { mode: 'no such mode' }]],
    ['credentials in the URL', () => [lab.now.url('vod/1').replace('//', '//me:you@')]],
  ])('what fetch rejects is rejected alike: %s', async (_, args) => {
    const failure = (fetch: typeof globalThis.fetch): Promise<unknown> =>
      Reflect.apply(fetch, undefined, args()).then(
        () => 'nothing',
        (error: unknown) => (error as Error).name,
      );
    expect(await failure(lab.now.secure)).toBe(await failure(fetch));
    expect(await failure(lab.now.secure)).toBe('TypeError');
  });
});
