import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Lab } from '../support/hls-lab.ts';
import { labVersions } from '../support/hls-lab.ts';
import { Labs } from '../support/hls-labs.ts';
import { inPart } from '../support/parts.ts';

let labs: Labs;
beforeAll(async () => void (labs = await Labs.start()));
afterAll(() => labs.stop());

const FMP4 = '/v/fmp4/master.m3u8';

/** Refused requests, each with its asset, its URL, and hls.js's name for a refusal that lasts. */
const requests = [
  ['multivariant playlist', FMP4, /fmp4\/master\.m3u8/, 'manifestLoadError'],
  ['media playlist', FMP4, /(hi|lo)\/i\.m3u8/, 'levelLoadError'],
  ['audio playlist', FMP4, /en\/i\.m3u8/, 'audioTrackLoadError'],
  ['subtitle playlist', FMP4, /sub\/i\.m3u8/, 'subtitleTrackLoadError'],
  ['init segment', FMP4, /(hi|lo)\/init_\d\.mp4/, 'fragLoadError'],
  ['segment', FMP4, /(hi|lo)\/s001\.m4s/, 'fragLoadError'],
  ['audio segment', FMP4, /en\/s001\.m4s/, 'fragLoadError'],
  ['subtitle segment', FMP4, /s001\.vtt/, 'fragLoadError'],
  ['byte range', '/v/range/i.m3u8', /all\.m4s/, 'fragLoadError'],
  ['key', '/v/aes/i.m3u8', /k0\.bin/, 'keyLoadError'],
] as const;

/**
 * Plays up to `seconds` and until something that `path` matches has been loaded, or to the first error; resolves to the
 * errors by then, and to those that the token source told of.
 */
const play = (
  { page }: Lab,
  url: string,
  path: RegExp,
  seconds: number,
): Promise<{ errors: string[]; tokenErrors: string[] }> =>
  page.evaluate(
    async ({ url, path, seconds }) => {
      const hls = window.lab.create({ startPosition: 0 });
      const tokenErrors: string[] = [];
      window.SecureTokenHls.secureToken(hls, '/token').addEventListener('tokenerror', ({ error }) =>
        tokenErrors.push(`${error.code} ${error.status} ${new URL(error.url!, location.href).pathname}`),
      );
      hls.on(window.Hls.Events.SUBTITLE_TRACKS_UPDATED, () => (hls.subtitleTrack = 0));
      const { errors } = window.lab.watch(hls);
      // at once: it may go on after an error, and ask again
      const failed = new Promise<void>((resolve) =>
        hls.on(window.Hls.Events.ERROR, () => {
          if (errors.length > 0) resolve();
        }),
      );
      const isLoaded = (): boolean =>
        (performance.getEntriesByType('resource') as PerformanceResourceTiming[]).some(
          ({ name, responseStatus }) => path.test(name) && responseStatus < 300,
        );
      // the picture does not wait for subtitles
      const end = window.lab.play(hls, url, seconds).then(() => window.lab.until(isLoaded));
      await Promise.race([end.catch(() => undefined), failed]);
      const seen = { errors: [...errors], tokenErrors: [...tokenErrors] };
      hls.destroy();
      return seen;
    },
    { url, path, seconds },
  );

/** Statuses of the answers to requests that were refused at least once. */
const answers = (lab: Lab, path: RegExp): number[] =>
  lab.guarded.filter((request) => path.test(request.path)).map(({ status }) => status);

/**
 * Whether `npm test` tries a request with 410, too. To the plugin 403 and 410 are one case, so `npm run test:all` alone
 * tries 410 with the others.
 */
const isTypical = ([name]: (typeof requests)[number]): boolean =>
  ['multivariant playlist', 'segment', 'key'].includes(name);
const others = requests.filter((request) => !isTypical(request));

describe.each(
  inPart(
    [
      { status: 403, requests },
      { status: 410, requests: requests.filter(isTypical) },
    ],
    [{ status: 410, requests: others }],
  ),
)('a refusal with $status', ({ status, requests }) => {
  test.concurrent.each(requests)('of the %s is replayed, and hls.js does not see it', async (_, url, path) => {
    await using lab = await labs.open('1.7');
    lab.refusals.push({ path, status, times: 1 });
    const { errors, tokenErrors } = await play(lab, url, path, 3);
    expect([errors, tokenErrors, lab.refused]).toEqual([[], [], [expect.stringMatching(new RegExp(`^${status} `))]]);
    const refused = lab.guarded.find((request) => request.status === status)!;
    const same = lab.guarded.filter(
      (request) => request.path === refused.path && request.headers.range === refused.headers.range,
    );
    expect(same.map((request) => request.status)).toEqual([status, refused.headers.range ? 206 : 200]);
    expect(same[1]!.url, 'another token').not.toBe(refused.url);
    expect(lab.calls.filter(({ reason }) => reason === 'refused')).toHaveLength(1);
  });

  test.concurrent.each(requests)(
    'of the %s and of its replay: hls.js has an error of its own, and the app ERR_TOKEN_REFUSED',
    async (_, url, path, details) => {
      await using lab = await labs.open('1.7');
      lab.refusals.push({ path, status, times: 999 });
      const { errors, tokenErrors } = await play(lab, url, path, 60);
      expect(errors[0]).toMatch(new RegExp(`^(fatal )?${details} ${status}$`));
      // the player is destroyed by then: what was asked for before its error
      const first = lab.guarded.find((request) => path.test(request.path))!;
      const same = lab.guarded.filter(
        ({ path, headers }) => path === first.path && headers.range === first.headers.range,
      );
      expect(same.map((request) => request.status)).toEqual([status, status]);
      expect(tokenErrors[0]).toBe(`ERR_TOKEN_REFUSED ${status} ${first.path}`);
    },
  );
});

describe.concurrent.each(labVersions)('hls.js %s', (version) => {
  test.each([403, 410])(
    'the content steering manifest has its token; a refusal with %s does not end steering',
    async (status) => {
      await using lab = await labs.open(version);
      const text = readFileSync('test/media/ts/master.m3u8', 'utf8');
      lab.routes['/v/ts/steered.m3u8'] = () =>
        text
          .replace('#EXTM3U', '#EXTM3U\n#EXT-X-CONTENT-STEERING:SERVER-URI="/v/steering.json",PATHWAY-ID="here"')
          .replaceAll('BANDWIDTH', 'PATHWAY-ID="here",BANDWIDTH');
      // the only pathway there is: nothing to switch to
      lab.routes['/v/steering.json'] = () => JSON.stringify({ VERSION: 1, TTL: 1, 'PATHWAY-PRIORITY': ['here'] });
      lab.refusals.push({ path: /steering\.json/, status, times: 1 });
      const seen = await lab.page.evaluate(async () => {
        const hls = window.lab.create({});
        window.SecureTokenHls.secureToken(hls, '/token');
        let steered = 0;
        hls.on(window.Hls.Events.STEERING_MANIFEST_LOADED, () => steered++);
        const seen = await window.lab.play(hls, '/v/ts/steered.m3u8', 1);
        await window.lab.until(() => steered > 1);
        return { errors: seen.errors, leaks: seen.leaks };
      });
      expect([seen, lab.refused]).toEqual([{ errors: [], leaks: [] }, [`${status} /v/steering.json`]]);
      expect(answers(lab, /steering/).slice(0, 3)).toEqual([status, 200, 200]);
    },
  );

  test.each([
    ['everything', /./],
    ['all media playlists', /(hi|lo|en|sub)\/i\.m3u8/],
    ['the audio playlist', /en\/i\.m3u8/],
    ['all segments', /\.(m4s|mp4|vtt)$/],
  ])('a viewer who is denied %s: one error, fatal, that says so, and silence', async (_, path) => {
    await using lab = await labs.open(version);
    lab.denied = (url) => path.test(new URL(url).pathname);
    const seen = await lab.page.evaluate(async (url) => {
      const hls = window.lab.create({});
      // before ours, as in most apps
      const told: string[] = [];
      hls.on(window.Hls.Events.ERROR, (_, { details, fatal, error }) => {
        // hls.js tells of what it gives up, too
        if (details !== window.Hls.ErrorDetails.INTERNAL_ABORTED) told.push(`${fatal && 'fatal'} ${error.message}`);
      });
      window.SecureTokenHls.secureToken(hls, '/token');
      hls.attachMedia(document.querySelector('video')!);
      hls.loadSource(url);
      await window.lab.until(() => told.length);
      // as long as hls.js waits before it tries again
      await new Promise((resolve) => setTimeout(resolve, 2500));
      return told;
    }, FMP4);
    expect(seen).toEqual([
      'fatal ERR_DENIED: The signing endpoint lists this URL in "denied". Call renew() once the viewer may have it.',
    ]);
    expect(lab.refused).toEqual([]);
    expect(
      lab.guarded.filter((request) => path.test(request.path)),
      'nothing is sent without a token',
    ).toEqual([]);
    expect(
      lab.calls.filter(({ urls }) => urls.every((url) => path.test(new URL(url).pathname))).length,
    ).toBeLessThanOrEqual(3);
  });
});
