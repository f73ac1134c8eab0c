// @vitest-environment jsdom
import { expect, test } from 'vitest';
import { SEGMENT, calls, last, load, fakeLoaders, prefixToken, settle, useSource } from './loader-lab.ts';

fakeLoaders();

/** 61(17([h'a10105', {}, {exp}, h'00'])), put together here: in jsdom the bytes of Node are of another realm. */
function nextToken(): string {
  const exp = (Math.floor(Date.now() / 1000) + 300).toString(16).padStart(8, '0');
  return Buffer.from(`d83dd18443a10105a047a1041a${exp}4100`, 'hex').toString('base64url');
}

test.each([
  ['a Response', (value: string) => new Response('', { headers: { 'CTA-Common-Access-Token': value } })],
  [
    'an XMLHttpRequest',
    (value: string) => ({
      getAllResponseHeaders: () => `cta-common-access-token: ${value}\r\n`,
      getResponseHeader: () => value,
    }),
  ],
])('a token that comes with an answer is sent from then on, in %s', async (_, detailsOf) => {
  const next = nextToken();
  useSource({ adopt: true });
  load();
  await settle();
  calls[0]!.answer(prefixToken({ query: { cat: 'first' } }));
  await settle();
  expect(last().context!.url).toBe(`${SEGMENT}?cat=first`);
  Object.assign(last(), { details: detailsOf(next) });
  last().succeed();
  load();
  await settle();
  expect(last().context!.url).toBe(`${SEGMENT}?cat=${next}`);
});

test('nor does one of another host behind a redirect, whose URL was hidden as its body came in', async () => {
  const base = 'https://cdn.example/tok-abcdefghijklmnop/';
  useSource({ adopt: true });
  load(SEGMENT, { callbacks: { onProgress: () => undefined } });
  await settle();
  calls[0]!.answer(prefixToken({ query: { cat: 'first' }, base }));
  await settle();
  const headers = new Headers({ 'CTA-Common-Access-Token': nextToken() });
  const details = Object.create(
    { url: 'https://other.example/tok-abcdefghijklmnop/vod/s1.ts' },
    { headers: { value: headers } },
  ) as Response;
  const { stats, context, callbacks } = Object.assign(last(), { details });
  callbacks!.onProgress!(stats, context!, 'part', details);
  expect(details.url).toBe(SEGMENT);
  last().succeed();
  load();
  await settle();
  expect(last().context!.url).toBe(`${base}vod/s1.ts?cat=first`);
});
