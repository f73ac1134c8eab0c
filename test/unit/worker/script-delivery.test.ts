import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { AdapterSource } from '../../../packages/core/src/adapter.ts';
import { untouchedRequest } from '../../../packages/core/src/adapter.ts';
import { createTokenSource } from '../../../packages/core/src/index.ts';
import type * as ScriptDeliveryModule from '../../../packages/worker/src/worker/script-delivery.ts';
import { settle } from './worker-lab.ts';

const vod = 'https://cdn.test/vod/';
const asked = `${vod}c.ts?x=1`;

let ScriptDelivery: typeof ScriptDeliveryModule.ScriptDelivery;
let delivery: ScriptDeliveryModule.ScriptDelivery;
let learned: unknown[];

beforeEach(async () => {
  vi.stubGlobal('navigator', { userAgent: 'Mozilla/5.0 Chrome/156.0.0.0' });
  learned = [];
  vi.resetModules();
  ({ ScriptDelivery } = await import('../../../packages/worker/src/worker/script-delivery.ts'));
  const signer = {
    protects: (url: string) => url.startsWith(vod) || url.startsWith('https://other.test/vod/'),
    // of a page: the worker does not know its tokens
    unsign: (url: string) => url,
  };
  delivery = new ScriptDelivery(signer as never, (...args: unknown[]) => {
    learned.push(args);
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const event = (init: RequestInit = {}, url = asked) =>
  ({ request: new Request(url, init), clientId: 'own', waitUntil: () => undefined }) as never;
const sentTo = (url: string, unsignedUrl = asked) => ({ ...untouchedRequest(unsignedUrl), url, token: { expires: 9 } });
const answered = (url: string, { type = 'cors', contentType = 'video/mp2t', redirected = true } = {}): Response =>
  Object.defineProperties(new Response('body', { headers: { 'content-type': contentType } }), {
    url: { value: url },
    redirected: { value: redirected },
    type: { value: type },
  });
/** Returns where the browser is sent to, or the URL that the script sees, and the body. */
async function seen(response: Response): Promise<string> {
  const location = response.headers.get('location');
  return location ? `to ${location}` : `${response.url || 'as asked'}: ${await response.text()}`;
}
const redirected = async (to: string, signed = `${asked}&st=a%2Fb%3D&e=7`): Promise<string> =>
  seen(await delivery.answer(event(), sentTo(signed), answered(to)));

test.each([
  ['no-cors', { 'x-token': '1' }, 'cors'],
  ['no-cors', {}, 'no-cors'],
  ['same-origin', { 'x-token': '1' }, 'same-origin'],
] as const)('a request in mode %s goes out with %j in mode %s', (mode, headers, expected) => {
  const { request } = event({ mode }) as { request: Request };
  const init = delivery.request({ request } as never, { ...sentTo(asked), headers });
  expect(init.mode).toEqual(expected);
  expect(Object.fromEntries(init.headers as Headers)).toEqual(headers);
});

test('in WebKit a response is read to its end, and one that has no body stays so', async () => {
  vi.stubGlobal('navigator', { userAgent: 'Mozilla/5.0 Version/17.0 Safari/605.1.15' });
  const given = async (response: Response): Promise<[number, string]> => {
    const { status, body } = await delivery.answer(event(), sentTo(`${asked}&st=1`), response);
    return [status, await new Response(body).text()];
  };
  expect(await given(answered(`${asked}&st=1`, { redirected: false }))).toEqual([200, 'body']);
  expect(await given(new Response(null, { status: 204 }))).toEqual([204, '']);
});

describe('what a script is given after a redirect', () => {
  test.each([
    ['without a token: its URL', `${vod}d.ts?b=2`, `${vod}d.ts?b=2: body`],
    ['with the token: it is followed without', `${vod}d.ts?st=a%2Fb%3D&b=2&e=7`, `to ${vod}d.ts?b=2`],
    ['with the token in another encoding', `${vod}d.ts?b=2&%73t=a/b%3D&e=7`, `to ${vod}d.ts?b=2`],
    [
      'to another host, with a raw `+`',
      'https://other.test/vod/d.ts?st=a+b',
      'to https://other.test/vod/d.ts',
      'a%2Bb',
    ],
    ['with another token', `${vod}d.ts?st=other&b=%32&e=8`, `to ${vod}d.ts?b=%32`],
    ['with parameters of the request', `${vod}d.ts?x=1&st=a%2Fb%3D`, `to ${vod}d.ts?x=1`],
    ['to another host', 'https://other.test/vod/d.ts?e=8&st=a%2Fb%3D', 'to https://other.test/vod/d.ts?e=8'],
    ['to a host that is not protected, which has answered', 'https://far.test/d.ts?st=a%2Fb%3D', 'as asked: body'],
    ['to the same URL with another token: it would go on for good', `${asked}&st=other`, 'as asked: body'],
  ])('%s', async (_, to, expected, st = 'a%2Fb%3D') => {
    expect(await redirected(to, `${asked}&st=${st}&e=7`)).toBe(expected);
  });

  test.each([
    [`${vod}d.ts`, `${vod}d.ts: body`],
    ['https://cdn.test/st=a%2Fb/vod/d.ts?b=2', `to ${vod}d.ts?b=2`],
    ['https://cdn.test/st%3Da%2Fb/vod/d.ts', `to ${vod}d.ts`],
    ['https://other.test/st=a%2Fb/vod/d.ts', 'as asked: body'],
  ])('with a token in the path, %s', async (to, expected) => {
    expect(await redirected(to, 'https://cdn.test/st=a%2Fb/vod/c.ts?x=1')).toBe(expected);
  });

  test('by a worker that knows its tokens, to a host that has none: it is not sent back, perhaps for good', async () => {
    const own = createTokenSource({
      tokens: [{ prefix: vod, base: `https://cdn.test/${'SECRET'.repeat(3)}/`, expires: Date.now() / 1000 + 60 }],
      endpoint: '/token',
    }) as AdapterSource;
    own.allow(vod);
    onTestFinished(() => own.destroy());
    const sent = own.signNow(asked)!;
    const elsewhere = new ScriptDelivery(own, () => undefined);
    const give = async (to: string): Promise<string> => seen(await elsewhere.answer(event(), sent, answered(to)));
    expect(await give(sent.url.replace('cdn.test', 'node7.test'))).toBe('as asked: body');
    expect(await give(sent.url.replace('cdn.test', 'node7.test').replace('c.ts', '1/c.ts'))).toBe('as asked: body');
    expect(await give(sent.url.replace('c.ts', 'd.ts'))).toBe(`to ${vod}d.ts?x=1`);
  });

  test('that it does not follow: nothing but the URL that it has asked for', async () => {
    const given = answered(`${asked}&st=1`, { type: 'opaqueredirect', redirected: false });
    const response = await delivery.answer(event({ redirect: 'manual' }), sentTo(`${asked}&st=1`), given);
    expect(await seen(response)).toBe(`to ${asked}`);
  });
});

test.each([
  ['under the URL that the player sees', `${vod}live/i.m3u8`, '', [[`${vod}live/i.m3u8`, 'body']]],
  ['not where the player asks again', `${vod}live/i.m3u8?st=1`, '', []],
  ['of DASH, by its type', `${asked}&st=1`, 'application/dash+xml', [[asked, 'body']]],
])('a playlist is learned: %s', async (_, to, contentType, expected) => {
  await delivery.answer(event(), sentTo(`${asked}&st=1`), answered(to, { contentType }));
  await settle();
  expect(learned).toEqual(expected);
});
