import { hlsOrDash } from 'secure-token-core/playlists';
import type { Lab } from './lab.ts';
import { MEDIA, each, lab, advanceSeconds, range, watch } from './lab.ts';

/** A live playlist of six segments of a second; `name` says how they are called. */
export const live = (last: number, name = (n: number): string => `${n}.ts`): string =>
  [
    '#EXTM3U',
    '#EXT-X-TARGETDURATION:1',
    `#EXT-X-MEDIA-SEQUENCE:${last - 5}`,
    ...range(last - 5, last, String).map((n) => `#EXTINF:1,\n${name(Number(n))}`),
    '',
  ].join('\n');

export interface Viewer extends Lab {
  /** Reloads of one second each, in which the player asks for the newest segment; from the last one on. */
  watch: (reloads: number, text?: (last: number) => string) => Promise<void>;
  /** Requests that had to wait for a token. */
  readonly waits: string[];
  last: number;
  requests: number;
}

/** A player at the live edge that has begun to play segment 6. */
export async function liveViewer(
  answer = each(20),
  options: Parameters<typeof lab>[1] = {},
  name?: (n: number) => string,
): Promise<Viewer> {
  const viewer: Viewer = Object.assign(lab(answer, options), {
    last: 6,
    requests: 0,
    waits: [],
    async watch(reloads: number, text = (last: number): string => live(last, name)) {
      for (let left = reloads; left > 0; left--) {
        if (viewer.last > 6 || viewer.requests > 0) await advanceSeconds(1);
        const newest = text(viewer.last++);
        for (const url of [MEDIA, new URL(newest.trim().split('\n').at(-1)!, MEDIA).href]) {
          viewer.requests++;
          if (!viewer.source.signNow(url)) {
            viewer.waits.push(url);
            watch(viewer.source.sign(url));
            await advanceSeconds();
          }
          if (url === MEDIA) viewer.source.learn(MEDIA, hlsOrDash(newest));
        }
        await advanceSeconds();
      }
    },
  });
  await viewer.watch(1);
  return viewer;
}

export const media = (viewer: Lab, from = 0): string[] =>
  viewer
    .asked()
    .slice(from)
    .flat()
    .filter((url) => url !== MEDIA);
