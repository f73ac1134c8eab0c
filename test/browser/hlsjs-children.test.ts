import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Lab, LabVersion } from '../support/hls-lab.ts';
import { Labs } from '../support/hls-labs.ts';

let labs: Labs;
beforeAll(async () => void (labs = await Labs.start()));
afterAll(() => labs.stop());

const START = '2026-01-01T00:00:00.000Z';

/** A film of 20 s with an interstitial before it, described by `attribute`. */
const withInterstitial = (attribute: string): string =>
  [
    '#EXTM3U',
    '#EXT-X-VERSION:6',
    '#EXT-X-TARGETDURATION:2',
    `#EXT-X-PROGRAM-DATE-TIME:${START}`,
    `#EXT-X-DATERANGE:ID="break",CLASS="com.apple.hls.interstitial",START-DATE="${START}",CUE="PRE",` +
      `DURATION=4,X-RESUME-OFFSET=0,${attribute}`,
    ...Array.from({ length: 10 }, (_, index) => `#EXTINF:2,\n/v/ts/lo/s00${index}.ts`),
    '#EXT-X-ENDLIST',
  ].join('\n');
const AD =
  '#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\ns008.ts\n#EXTINF:2,\ns009.ts\n#EXT-X-ENDLIST\n';

/** Plays the interstitial to its end and a second of the film. */
const playBreak = (
  { page }: Lab,
  form: 'instance' | 'config',
): Promise<{ errors: string[]; leaks: string[]; ended: boolean }> =>
  page.evaluate(async (form) => {
    const { secureToken, secureTokenConfig } = window.SecureTokenHls;
    const hls = window.lab.create({ ...(form === 'config' && secureTokenConfig('/token')) });
    if (form === 'instance') secureToken(hls, '/token');
    let ended = false;
    hls.on(window.Hls.Events.INTERSTITIAL_ENDED, () => (ended = true));
    const { errors, leaks } = window.lab.watch(hls);
    hls.attachMedia(document.querySelector('video')!);
    hls.loadSource('/v/film.m3u8');
    void hls.media!.play().catch(() => undefined);
    hls.media!.playbackRate = hls.media!.defaultPlaybackRate = 2;
    await window.lab.until(() => ended && hls.interstitialsManager!.primary.currentTime > 1);
    return { errors, leaks: [...new Set(leaks)], ended };
  }, form);

describe.concurrent.each<LabVersion>(['1.6', '1.7'])('interstitials of hls.js %s', (version) => {
  describe.each(['instance', 'config'] as const)('the %s form', (form) => {
    test('X-ASSET-URI on the same origin: the player made for it signs', async () => {
      await using lab = await labs.open(version);
      lab.routes['/v/film.m3u8'] = () => withInterstitial('X-ASSET-URI="/v/ts/lo/ad.m3u8"');
      lab.routes['/v/ts/lo/ad.m3u8'] = () => AD;
      const seen = await playBreak(lab, form);
      expect([seen, lab.refused]).toEqual([{ errors: [], leaks: [], ended: true }, []]);
      expect(lab.guarded.map(({ path }) => path)).toEqual(
        expect.arrayContaining(['/v/ts/lo/ad.m3u8', '/v/ts/lo/s008.ts', '/v/ts/lo/s009.ts', '/v/ts/lo/s000.ts']),
      );
    });
  });

  test('X-ASSET-LIST on the same origin is signed, and what it names; a refusal of either is not seen', async () => {
    await using lab = await labs.open(version);
    lab.routes['/v/film.m3u8'] = () => withInterstitial('X-ASSET-LIST="/v/list.json"');
    lab.routes['/v/list.json'] = () => JSON.stringify({ ASSETS: [{ URI: '/v/ts/lo/ad.m3u8', DURATION: 4 }] });
    lab.routes['/v/ts/lo/ad.m3u8'] = () => AD;
    lab.refusals.push(
      { path: /list\.json/, status: 403, times: 1 },
      { path: /ad\.m3u8/, status: 410, times: 1 },
      { path: /s008\.ts/, status: 403, times: 1 },
    );
    const seen = await playBreak(lab, 'instance');
    expect(seen).toEqual({ errors: [], leaks: [], ended: true });
    expect(lab.refused).toEqual(['403 /v/list.json', '410 /v/ts/lo/ad.m3u8', '403 /v/ts/lo/s008.ts']);
  });

  test.each([
    ['X-ASSET-URI', 'X-ASSET-URI="HOST/ad.m3u8"'],
    ['X-ASSET-LIST', 'X-ASSET-LIST="HOST/list.json"'],
  ])('an ad on another host (%s) gets no token, and the endpoint never hears of it', async (_, attribute) => {
    await using lab = await labs.open(version);
    const ads = lab.elsewhere;
    lab.routes['/v/film.m3u8'] = () => withInterstitial(attribute.replace('HOST', ads));
    lab.routes['/list.json'] = () => JSON.stringify({ ASSETS: [{ URI: `${ads}/ad.m3u8`, DURATION: 4 }] });
    lab.routes['/ad.m3u8'] = () => AD.replaceAll('s00', `${ads}/ts/lo/s00`);
    const seen = await playBreak(lab, 'instance');
    expect([seen, lab.refused]).toEqual([{ errors: [], leaks: [], ended: true }, []]);
    const there = lab.requests.filter(({ host }) => host === 'elsewhere');
    expect(there.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['/ad.m3u8', '/ts/lo/s008.ts', '/ts/lo/s009.ts']),
    );
    expect(there.filter(({ url }) => url.includes('TOKEN'))).toEqual([]);
    expect(lab.calls.flatMap(({ urls }) => urls).filter((url) => !url.startsWith(`${lab.origin}/v/`))).toEqual([]);
  });
});

describe('the I-frame player of hls.js 1.7', () => {
  const segments = Array.from({ length: 10 }, (_, index) => `#EXTINF:2,\n/v/ts/lo/s00${index}.ts`).join('\n');
  test.each(['instance', 'config'] as const)(
    'the %s form signs its playlist and frames, a refusal is not seen',
    async (form) => {
      await using lab = await labs.open('1.7');
      lab.routes['/v/trick.m3u8'] = () =>
        [
          '#EXTM3U',
          '#EXT-X-VERSION:6',
          '#EXT-X-STREAM-INF:BANDWIDTH=40000,RESOLUTION=320x180,CODECS="avc1.4d4015,mp4a.40.2"',
          '/v/ts/lo/i.m3u8',
          '#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=20000,RESOLUTION=320x180,CODECS="avc1.4d4015",URI="/v/frames.m3u8"',
        ].join('\n');
      lab.routes['/v/frames.m3u8'] = () =>
        `#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:2\n#EXT-X-I-FRAMES-ONLY\n${segments}\n#EXT-X-ENDLIST\n`;
      lab.refusals.push({ path: /s006\.ts/, status: 403, times: 1 });
      const seen = await lab.page.evaluate(async (form) => {
        const { secureToken, secureTokenConfig } = window.SecureTokenHls;
        const hls = window.lab.create({
          maxMaxBufferLength: 2,
          maxBufferLength: 2,
          ...(form === 'config' && secureTokenConfig('/token')),
        });
        if (form === 'instance') secureToken(hls, '/token');
        const { errors } = await window.lab.play(hls, '/v/trick.m3u8', 0.5);
        const trick = hls.createIFramePlayer()!;
        const frames = window.lab.watch(trick as never);
        const video = document.querySelector<HTMLVideoElement>('#other')!;
        trick.attachMedia(video);
        // as often as a viewer drags: hls.js drops a seek that meets its own end of stream
        const dragging = setInterval(() => trick.loadMediaAt(13), 1000);
        trick.loadMediaAt(13);
        await window.lab.until(() => frames.errors.length || (video.readyState > 1 && video.currentTime > 11));
        clearInterval(dragging);
        return { errors: [...errors, ...frames.errors], leaks: frames.leaks, width: video.videoWidth };
      }, form);
      expect(seen).toEqual({ errors: [], leaks: [], width: 320 });
      expect(lab.refused).toEqual(['403 /v/ts/lo/s006.ts']);
      expect(lab.count('/v/frames.m3u8')).toBe(1);
    },
  );
});
