import { expect, test } from 'vitest';
import { secureLink, secureLinkLayouts, signUrl } from '../../../../packages/server/src/index.ts';
import type { TokenFormat } from '../../../../packages/server/src/index.ts';
import { HOST, NOW, format, setUp } from '../../../support/edge.ts';

const inPath = secureLink({ secret: 'mysecret', ...secureLinkLayouts.cdn77Path });

/** The URL that `onRefusal` gets. */
async function logged(url: string, edgeFormat: TokenFormat = format): Promise<string | undefined> {
  const urls: string[] = [];
  const { get } = setUp({ format: edgeFormat, onRefusal: (refusal) => urls.push(refusal.url) });
  expect((await get(url)).status).toBe(403);
  expect(urls).toHaveLength(1);
  return urls[0];
}
const signed = (edgeFormat: TokenFormat): Promise<string> =>
  signUrl(`${HOST}/vod/b.ts`, { format: edgeFormat, expires: NOW + 60 });

test.each([
  ['&', '/vod/b.ts&st=…'],
  ['/', '/vod/b.ts/st=…'],
  // what servers read in two ways is not shown at all
  ['%3F', '/…'],
  ['%253F', '/…'],
  [';', '/…'],
])('parameters behind %s in place of ?: no value is logged', async (separator, end) => {
  const url = (await signed(format)).replace('?', separator);
  expect(await logged(url)).toBe(HOST + end);
  expect(await logged(url.replaceAll('=', '%3D'))).toBe(HOST + end);
});

test('a token of a path behind another folder is not logged', async () => {
  const url = await signed(inPath);
  const front = new URL(url).pathname.replace('/vod/b.ts', '');
  expect(await logged(`${HOST}/hls${front}/vod/b.ts`, inPath)).toBe(`${HOST}/hls/…/vod/b.ts`);
  expect(await logged(`${HOST}/a/b${front}${front}/vod/b.ts`, inPath)).toBe(`${HOST}/a/b/…/…/vod/b.ts`);
  const deep = await logged(`${HOST}${'/a'.repeat(40)}${front}/vod/b.ts`, inPath);
  expect(deep).toBe(`${HOST}${'/a'.repeat(32)}/…`);
});

test('whatever else a path holds is logged as it is', async () => {
  for (const path of ['/vod/best=1/scale=2/b%20c.ts', '/vod/100%25.ts', '/vod/a&b,c=d/x=1', '/vod/ste=1/st'])
    expect(await logged(HOST + path)).toBe(HOST + path);
  expect(await logged(`${HOST}/hls/season-1,1470055000/b.ts`, inPath)).toBe(`${HOST}/hls/season-1,1470055000/b.ts`);
});
