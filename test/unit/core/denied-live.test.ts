import { expect, test } from 'vitest';
import { hlsOrDash } from 'secure-token-core/playlists';
import type { Answer } from './lab.ts';
import { FOLDER, MEDIA, each, fakeTime, lab, advanceSeconds, range, segment } from './lab.ts';

fakeTime();

const PREROLL = `${FOLDER}preroll.ts`;

/** One name among those of a live stream whose window is a minute; the viewer is half a minute behind the edge. */
const live = (last: number): string =>
  ['#EXTM3U', '#EXT-X-TARGETDURATION:1']
    .concat(
      range(last - 59, last, (n) => `#EXTINF:1,\n${n === 110 ? 'preroll' : n}.ts`),
      '',
    )
    .join('\n');

const without =
  (more: (urls: string[]) => object): Answer =>
  (call) => ({
    ...(each(40)({ ...call, urls: call.urls.filter((url) => url !== PREROLL) }) as object),
    ...more(call.urls),
  });

test.each([
  ['denies', without((urls) => ({ denied: urls.filter((url) => url === PREROLL) }))],
  ['gives no token for', without(() => ({}))],
])(
  'a listed name that the endpoint %s is no gap: what comes behind it is not asked for one by one',
  async (_, answer) => {
    const viewer = lab(answer);
    for (let last = 100; last < 138; last++) {
      if (!viewer.source.signNow(MEDIA)) await viewer.source.sign(MEDIA);
      viewer.source.learn(MEDIA, hlsOrDash(live(last)));
      await advanceSeconds();
      if (!viewer.source.signNow(segment(last - 30))) await viewer.source.sign(segment(last - 30));
      await advanceSeconds(1);
    }
    expect(viewer.calls.length).toBeLessThan(9);
  },
);
