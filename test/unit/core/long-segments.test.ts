import { expect, test } from 'vitest';
import { MEDIA, each, fakeTime, lab, pass, range, segment } from './lab.ts';

fakeTime();

/** Four segments of four seconds. */
const live = (last: number): string =>
  ['#EXTM3U', '#EXT-X-TARGETDURATION:4', ...range(last - 3, last, (n) => `#EXTINF:4,\n${n}.ts`), ''].join('\n');

/** A viewer who plays `behind` segments behind the live edge. @returns how often it waited */
async function watchLive(lifetime: number, behind: number): Promise<{ waits: number; requests: number; urls: number }> {
  const it = lab(each(lifetime));
  let waits = 0;
  for (let last = 10; last < 40; last++) {
    if (!it.source.peek(MEDIA)) await it.source.sign(MEDIA);
    it.source.learn(MEDIA, live(last));
    await pass();
    if (!it.source.peek(segment(last - behind))) {
      waits++;
      await it.source.sign(segment(last - behind));
    }
    await pass(4);
  }
  const urls = it
    .asked()
    .flat()
    .filter((url) => url !== MEDIA).length;
  return { waits, requests: 30, urls };
}

test.each([
  [5, 0],
  [5, 2],
  [4.5, 1],
  [12, 2],
])('tokens of %f s, segments of 4 s, %i behind the live edge: signed before they are asked for', async (...how) => {
  const { waits, requests, urls } = await watchLive(...how);
  expect(waits).toBeLessThan(3);
  expect(urls / requests).toBeLessThan(2.5);
});
