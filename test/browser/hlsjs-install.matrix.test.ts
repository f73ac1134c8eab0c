import type { LoaderConfiguration, LoaderContext } from 'hls.js';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Lab } from '../support/hls-lab.ts';
import { labVersions } from '../support/hls-lab.ts';
import { Labs } from '../support/hls-labs.ts';

let labs: Labs;
beforeAll(async () => void (labs = await Labs.start()));
afterAll(() => labs.stop());

const FMP4 = '/v/fmp4/master.m3u8';
const TS = '/v/ts/master.m3u8';

/** Returns the folders of the asset that were asked for, with the kinds of files. */
const kinds = (lab: Lab): string[] =>
  [...new Set(lab.guarded.map(({ path }) => path.replace(/^\/v\//, '').replace(/\d+(?=\.)/g, '')))].sort();

describe.concurrent.each(labVersions)('hls.js %s', (version) => {
  describe.each(['instance', 'config'] as const)('the %s form', (form) => {
    test('signs every request: playlists, init segments, segments, audio, subtitles', async () => {
      await using lab = await labs.open(version);
      const seen = await lab.page.evaluate(
        async ({ form, url }) => {
          const { secureToken, secureTokenConfig } = window.SecureTokenHls;
          const hls = window.lab.create(form === 'config' ? secureTokenConfig('/token') : {});
          if (form === 'instance') secureToken(hls, '/token');
          hls.on(window.Hls.Events.SUBTITLE_TRACKS_UPDATED, () => (hls.subtitleTrack = 0));
          return window.lab.play(hls, url, 3);
        },
        { form, url: FMP4 },
      );
      const all = [
        'fmp4/master.m3u8',
        'fmp4/en/i.m3u8',
        'fmp4/en/init_.mp4',
        'fmp4/en/s.m4s',
        'fmp4/sub/i.m3u8',
        'fmp4/sub/s.vtt',
      ];
      // the picture does not wait for subtitles
      await vi.waitFor(() => expect(kinds(lab)).toEqual(expect.arrayContaining(all)), { timeout: 60_000 });
      expect([seen.errors, seen.leaks, lab.refused]).toEqual([[], [], []]);
    });

    test('a second asset, on the same player and on a second player', async () => {
      await using lab = await labs.open(version);
      const errors = await lab.page.evaluate(
        async ({ form, urls }) => {
          const { secureToken, secureTokenConfig } = window.SecureTokenHls;
          const config = form === 'config' ? secureTokenConfig('/token') : {};
          const first = window.lab.create(config);
          if (form === 'instance') secureToken(first, '/token');
          const seen = [await window.lab.play(first, urls[0], 1)];
          seen.push(await window.lab.play(first, urls[1], 1));
          const second = window.lab.create(config);
          if (form === 'instance') secureToken(second, '/token');
          second.attachMedia(document.querySelector<HTMLVideoElement>('#other')!);
          seen.push(await window.lab.play(second, urls[0], 1));
          first.destroy();
          seen.push(await window.lab.play(second, urls[1], 1));
          return seen.flatMap(({ errors }) => errors);
        },
        { form, urls: [TS, FMP4] as const },
      );
      expect([errors, lab.refused]).toEqual([[], []]);
      expect(lab.count(TS)).toBe(2);
      expect(lab.count(FMP4)).toBe(2);
    });
  });

  test('a loader made with a copy of the configuration, as peer-to-peer engines make theirs, signs', async () => {
    await using lab = await labs.open(version);
    const status = await lab.page.evaluate((url) => {
      const hls = window.lab.create({});
      window.SecureTokenHls.secureToken(hls, '/token');
      const { config } = hls;
      const loader = new config.loader({ ...config });
      return new Promise((resolve) =>
        loader.load(
          { url, responseType: 'text' } as LoaderContext,
          { loadPolicy: config.fragLoadPolicy.default } as LoaderConfiguration,
          {
            onSuccess: ({ code }) => resolve(code),
            onError: ({ code, text }) => resolve(`${code} ${text}`),
            onTimeout: () => resolve('time-out'),
          },
        ),
      );
    }, TS);
    expect([status, lab.refused]).toEqual([200, []]);
  });

  test('in Hls.DefaultConfig: players that know nothing of it are signed, and start without a detour', async () => {
    await using lab = await labs.open(version);
    const errors = await lab.page.evaluate(async (urls) => {
      const errors: string[] = [];
      const { secureTokenConfig } = window.SecureTokenHls;
      Object.assign(window.Hls.DefaultConfig, secureTokenConfig('/token'));
      for (const id of ['video', 'other']) {
        const hls = window.lab.create({});
        hls.attachMedia(document.getElementById(id) as HTMLVideoElement);
        errors.push(...(await window.lab.play(hls, urls, 1)).errors);
        hls.destroy();
      }
      return errors;
    }, TS);
    expect([errors, lab.refused]).toEqual([[], []]);
    expect(lab.count(TS)).toBe(2);
  });

  test('attached after loadSource: what comes from then on is signed, another host is not', async () => {
    await using lab = await labs.open(version);
    lab.routes['/public.m3u8'] = () =>
      [
        '#EXTM3U',
        '#EXT-X-TARGETDURATION:2',
        '#EXTINF:2,',
        '/v/ts/lo/s000.ts',
        '#EXTINF:2,',
        `${lab.elsewhere}/ts/lo/s001.ts`,
        '#EXT-X-ENDLIST\n',
      ].join('\n');
    const seen = await lab.page.evaluate(async () => {
      const hls = window.lab.create({});
      const playing = window.lab.play(hls, '/public.m3u8', 3);
      window.SecureTokenHls.secureToken(hls, '/token');
      return playing;
    });
    expect([seen.errors, lab.refused]).toEqual([[], []]);
    expect(lab.calls.flatMap(({ urls }) => urls)).toEqual([
      `${lab.origin}/public.m3u8`,
      `${lab.origin}/v/ts/lo/s000.ts`,
    ]);
    expect(lab.requests.filter(({ host }) => host === 'elsewhere').map(({ url }) => url)).toEqual([
      `${lab.elsewhere}/ts/lo/s001.ts`,
    ]);
  });

  test.each(['under way', 'refused'] as const)(
    'attached after loadSource, the first request without a token is %s: loaded again, and told once',
    async (state) => {
      await using lab = await labs.open(version);
      const { seen, warnings } = await lab.page.evaluate(
        async ({ state, url }) => {
          const warnings: string[] = [];
          console.warn = (text: string) => warnings.push(text);
          const hls = window.lab.create({});
          if (state === 'refused') {
            const failed = new Promise((resolve) => hls.once(window.Hls.Events.ERROR, resolve));
            hls.loadSource(url);
            await failed;
            const video = document.querySelector('video')!;
            hls.attachMedia(video);
            const errors: string[] = [];
            hls.on(window.Hls.Events.ERROR, (_, { details }) => void errors.push(details));
            window.SecureTokenHls.secureToken(hls, '/token');
            void video.play().catch(() => undefined);
            await window.lab.until(() => video.currentTime >= 1);
            return { seen: { errors }, warnings };
          }
          const playing = window.lab.play(hls, url, 3);
          window.SecureTokenHls.secureToken(hls, '/token');
          return { seen: await playing, warnings };
        },
        { state, url: FMP4 },
      );
      expect(seen.errors).toEqual([]);
      expect(warnings).toEqual([expect.stringContaining('The source is loaded again.')]);
    },
  );

  test('called again after the app has destroyed the source, the new source signs', async () => {
    await using lab = await labs.open(version);
    const seen = await lab.page.evaluate(async (url) => {
      const { secureToken } = window.SecureTokenHls;
      const hls = window.lab.create({});
      secureToken(hls, { endpoint: '/nowhere' }).destroy();
      secureToken(hls, '/token');
      return window.lab.play(hls, url, 1);
    }, TS);
    expect([seen.errors, lab.refused]).toEqual([[], []]);
  });

  test("hls.destroy() destroys the plugin's own source and none passed in; the app's configuration stays", async () => {
    await using lab = await labs.open(version);
    const result = await lab.page.evaluate(async (url) => {
      const { secureToken, createTokenSource } = window.SecureTokenHls;
      const config = { backBufferLength: 7 };
      // not by way of the lab, which hands on a copy
      const hls = new window.Hls(config);
      const own = secureToken(hls, '/token');
      hls.destroy();
      const shared = createTokenSource('/token');
      const other = new window.Hls(config);
      const same = secureToken(other, shared);
      other.destroy();
      const outcome = (promise: Promise<unknown>): Promise<string> =>
        promise.then(
          () => 'ok',
          (error: unknown) => (error as { code: string }).code,
        );
      return {
        own: await outcome(own.sign(url)),
        shared: await outcome(shared.sign(url)),
        same: same === shared,
        config: Object.keys(config),
      };
    }, `${lab.origin}${TS}`);
    expect(result).toEqual({ own: 'ERR_DESTROYED', shared: 'ok', same: true, config: ['backBufferLength'] });
  });
});
