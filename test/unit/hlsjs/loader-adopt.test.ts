// @vitest-environment jsdom
import { expect, test } from 'vitest';
import { SEGMENT, calls, last, load, fakeLoaders, prefixToken, settle, useSource } from './loader-lab.ts';

fakeLoaders();

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
  // 61(17([h'a10105', {}, {exp}, h'00'])), put together here: in jsdom the bytes of Node are of another realm
  const exp = (Math.floor(Date.now() / 1000) + 300).toString(16).padStart(8, '0');
  const next = Buffer.from(`d83dd18443a10105a047a1041a${exp}4100`, 'hex').toString('base64url');
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
