import { expect, test } from 'vitest';
import { isWebUrl } from '../../../../packages/server/src/endpoint/web-url.ts';
import { parsedUrl } from '../../../../packages/server/src/url/parsed-url.ts';
import { urlPrefix } from '../../../../packages/server/src/url/url-prefix.ts';

test('what is relative is read from its base, and what is no URL is undefined', () => {
  expect(parsedUrl('b?c', 'https://cdn.example.com/a/')?.href).toBe('https://cdn.example.com/a/b?c');
  expect(parsedUrl('b')).toBeUndefined();
  expect(parsedUrl('https://')).toBeUndefined();
});

// Node 20 and 22 compile URL.canParse, when it is warm, to a call that takes Latin-1 for UTF-8
test.each<[string, (url: string) => unknown]>([
  ['parsedUrl', (url) => parsedUrl(url)],
  ['isWebUrl', isWebUrl],
  ['urlPrefix', (url) => urlPrefix(url, 'allow')],
])('%s knows a host with letters beyond ASCII after as many calls as a day has', (_, read) => {
  for (let i = 0; i < 30_000; i++) read(`https://cdn.example.com/vod/${i}/`);
  expect(read('https://b\u00fccher.example/')).toBeTruthy();
});
