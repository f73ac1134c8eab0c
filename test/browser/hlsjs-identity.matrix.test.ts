import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Lab } from '../support/hls-lab.ts';
import { labVersions } from '../support/hls-lab.ts';
import type { LabFormat } from '../support/lab-tokens.ts';
import { Labs } from '../support/hls-labs.ts';

let labs: Labs;
beforeAll(async () => void (labs = await Labs.start()));
afterAll(() => labs.stop());

/**
 * A live stream that begins with the first request: a window of four segments, a new one every two seconds. `line`
 * writes the URI of one.
 */
const live = (line = (index: number) => `/v/ts/lo/s00${index}.ts`): (() => string) => {
  let start = 0;
  return () => {
    start ||= Date.now();
    const first = Math.min(Math.floor((Date.now() - start) / 2000), 6);
    return [
      '#EXTM3U',
      '#EXT-X-VERSION:6',
      '#EXT-X-TARGETDURATION:2',
      `#EXT-X-MEDIA-SEQUENCE:${first}`,
      ...[0, 1, 2, 3].map((index) => `#EXTINF:2,\n${line(first + index)}`),
      '',
    ].join('\n');
  };
};

interface Known {
  errors: string[];
  leaks: string[];
  /** `Level.uri` and `LevelDetails.url` over time, without repetition. */
  levels: string[];
  rejections: string[];
}

/** Plays for some seconds, or until a live playlist has moved on by some segments, and the last one is there. */
const play = ({ page }: Lab, url: string, until: { seconds: number } | { segments: number }): Promise<Known> =>
  page.evaluate(
    async ({ url, until }) => {
      const rejections: string[] = [];
      addEventListener('unhandledrejection', ({ reason }) => rejections.push(String(reason)));
      const hls = window.lab.create({ liveSyncDurationCount: 2 });
      window.SecureTokenHls.secureToken(hls, '/token');
      const levels = new Set<string>();
      const loaded = new Set<unknown>();
      let moved = 0;
      let last = 0;
      hls.on(window.Hls.Events.FRAG_LOADED, (_, { frag }) => void loaded.add(frag.sn));
      hls.on(window.Hls.Events.LEVEL_UPDATED, (_, { details }) => {
        ({ startSN: moved, endSN: last } = details);
        hls.levels.forEach(({ uri }) => levels.add(`${uri} ${details.url}`));
      });
      const { errors, leaks } = await window.lab.play(hls, url, 'seconds' in until ? until.seconds : 0.1);
      if ('segments' in until) await window.lab.until(() => moved >= until.segments && loaded.has(last));
      return { errors, leaks, levels: [...levels], rejections };
    },
    { url, until },
  );

describe.concurrent.each(labVersions)('hls.js %s knows everything by its unsigned URL', (version) => {
  const sources = ['/v/ts/master.m3u8', '/v/aes/i.m3u8', '/v/range/i.m3u8', '/v/fmp4/master.m3u8'];
  test.each(version === '1.7' ? sources : sources.slice(-1))('no event holds a token: %s', async (url) => {
    await using lab = await labs.open(version);
    const seen = await play(lab, url, { seconds: 2 });
    expect([seen, lab.refused]).toEqual([{ errors: [], leaks: [], levels: seen.levels, rejections: [] }, []]);
    for (const level of seen.levels) expect(level).not.toContain('TOKEN');
  });

  // 1.5 does not export its FetchLoader: there is nothing to ask there
  const fetchVersions = version === '1.5' ? [] : [version];
  test.each(fetchVersions)('nor with requests of fetch', async () => {
    await using lab = await labs.open(version);
    lab.routes['/v/ts/lo/s002.ts'] = lab.routes['/v/ts/hi/s002.ts'] = () => ({ status: 404 });
    const seen = await lab.page.evaluate(async () => {
      const { FetchLoader } = window.hlsModule as unknown as { FetchLoader: never };
      const hls = window.lab.create({ loader: FetchLoader });
      window.SecureTokenHls.secureToken(hls, '/token');
      const seen = window.lab.watch(hls);
      const kinds = new Set<string>();
      const { FRAG_LOADED, LEVEL_LOADED, ERROR } = window.Hls.Events;
      const note = (_: unknown, data: { networkDetails?: unknown }): unknown =>
        kinds.add(Object.prototype.toString.call(data.networkDetails));
      hls.on(FRAG_LOADED, note);
      hls.on(LEVEL_LOADED, note);
      hls.on(ERROR, note);
      void window.lab.play(hls, '/v/ts/master.m3u8', 60).catch(() => undefined);
      await window.lab.until(() => seen.errors.length > 0 && kinds.size > 0);
      return { leaks: seen.leaks, kinds: [...kinds] };
    });
    expect(seen.leaks).toEqual([]);
    expect(seen.kinds).toContain('[object Response]');
  });

  test('nor does an error event', async () => {
    await using lab = await labs.open(version);
    lab.routes['/v/ts/lo/s001.ts'] = lab.routes['/v/ts/hi/s001.ts'] = () => ({ status: 404 });
    const seen = await lab.page.evaluate(async () => {
      const hls = window.lab.create({});
      window.SecureTokenHls.secureToken(hls, '/token');
      const seen = window.lab.watch(hls);
      void window.lab.play(hls, '/v/ts/master.m3u8', 60).catch(() => undefined);
      await window.lab.until(() => seen.errors.length > 1);
      return seen;
    });
    expect(seen.errors[0]).toBe('fragLoadError 404');
    expect(seen.leaks).toEqual([]);
  });

  describe.each<LabFormat>(['full', 'moved'])(
    'a live media playlist without a multivariant one, tokens of a few seconds (%s)',
    (format) => {
      test('keeps its URL over reloads and renewals, and tokens do not pile up', async () => {
        await using lab = await labs.open(version);
        lab.format = format;
        lab.ttl = 4;
        lab.routes['/v/live.m3u8'] = live();
        const url = `${lab.origin}/v/live.m3u8?session=a~b`;
        const seen = await play(lab, url, { segments: 4 });
        expect([seen, lab.refused]).toEqual([{ errors: [], leaks: [], levels: [`${url} ${url}`], rejections: [] }, []]);
        const loads = lab.guarded.filter(({ path }) => path === '/v/live.m3u8');
        expect(new Set(loads.map((load) => load.url)).size, 'tokens have changed').toBeGreaterThan(1);
        if (format === 'full')
          for (const { url: asked } of loads) expect(asked).toMatch(/\/v\/live\.m3u8\?session=a~b&st=[^&?]+&e=\d+$/);
      });
    },
  );

  test('stale tokens that the server writes into playlists are replaced on the wire', async () => {
    await using lab = await labs.open(version);
    let serial = 1e6;
    const stale = (): string => `?st=TOKEN${++serial}xstale&a=1&e=1`;
    lab.routes['/v/live.m3u8'] = live((index) => `/v/ts/lo/s00${index}.ts${stale()}`);
    const seen = await play(lab, '/v/live.m3u8', { segments: 2 });
    expect([seen.errors, lab.refused]).toEqual([[], []]);
    for (const { url } of lab.guarded.filter(({ path }) => path.endsWith('.ts')))
      expect(url).toMatch(/\.ts\?st=TOKEN\d{1,6}x\w{16}&a=1&e=\d+$/);
  });

  test('EXT-X-DEFINE:QUERYPARAM of the token finds it, in reloads the current one', async () => {
    await using lab = await labs.open(version);
    lab.ttl = 3;
    lab.format = 'prefix';
    const text = live((index) => `/v/ts/lo/s00${index}.ts?copied={$st}`);
    lab.routes['/v/live.m3u8'] = () =>
      text().replace('#EXT-X-VERSION:6', '#EXT-X-VERSION:11\n#EXT-X-DEFINE:QUERYPARAM="st"');
    const seen = await play(lab, '/v/live.m3u8', { segments: 4 });
    expect([seen.errors, seen.rejections, lab.refused]).toEqual([[], [], []]);
    const copied = lab.guarded
      .filter(({ path }) => path.endsWith('.ts'))
      .map(({ url }) => /copied=(\w+)/.exec(url)?.[1]);
    expect(new Set(copied).size).toBeGreaterThan(1);
    for (const value of copied) expect(value).toMatch(/^TOKEN/);
    for (const { url } of lab.guarded) expect(url.match(/[?&]st=/g)).toHaveLength(1);
  });

  test('after a redirect it goes on from the target, unsigned, too', async () => {
    await using lab = await labs.open(version);
    lab.format = 'prefix';
    lab.routes['/v/entry.m3u8'] = (url) => ({ status: 302, headers: { location: `/v/ts/lo/i.m3u8${url.search}` } });
    const seen = await play(lab, '/v/entry.m3u8', { seconds: 2 });
    const target = `${lab.origin}/v/ts/lo/i.m3u8`;
    expect([seen, lab.refused]).toEqual([
      { errors: [], leaks: [], levels: [`${target} ${target}`], rejections: [] },
      [],
    ]);
  });

  test('after a redirect to a host without tokens, with the token in the path, it goes on where it was, signed', async () => {
    await using lab = await labs.open(version);
    lab.format = 'moved';
    const path = '/v/ts/lo/i.m3u8';
    lab.routes[path] = (url) =>
      url.origin === lab.elsewhere
        ? lab.file(path)
        : { status: 302, headers: { location: lab.elsewhere + url.pathname } };
    const seen = await play(lab, path, { seconds: 2 });
    const asked = `${lab.origin}${path}`;
    expect([seen, lab.refused]).toEqual([{ errors: [], leaks: [], levels: [`${asked} ${asked}`], rejections: [] }, []]);
    expect(lab.requests.filter(({ host }) => host === 'elsewhere').map((request) => request.path)).toEqual([path]);
  });

  test('a key of a live stream is loaded once, not once a reload', async () => {
    await using lab = await labs.open(version);
    lab.ttl = 4;
    const key = (index: number): string =>
      `#EXT-X-KEY:METHOD=AES-128,URI="k${index >> 2}.bin",IV=0x${String(index).padStart(32, '0')}`;
    const aes = live((index) => `s00${index}.ts`);
    lab.routes['/v/aes/live.m3u8'] = () =>
      aes().replace(/#EXTINF.*\ns00(\d)/g, (segment, index) => `${key(Number(index))}\n${segment}`);
    const seen = await play(lab, '/v/aes/live.m3u8', { segments: 3 });
    expect([seen.errors, lab.refused]).toEqual([[], []]);
    expect([0, 1].map((number) => lab.count(`/v/aes/k${number}.bin`))).toEqual([1, 1]);
  });

  test('an init segment of a live stream is loaded once, not once a reload', async () => {
    await using lab = await labs.open(version);
    lab.ttl = 4;
    const fmp4 = live((index) => `s00${index}.m4s`);
    lab.routes['/v/fmp4/lo/live.m3u8'] = () => fmp4().replace('#EXTINF', '#EXT-X-MAP:URI="init_0.mp4"\n#EXTINF');
    const seen = await play(lab, '/v/fmp4/lo/live.m3u8', { segments: 3 });
    expect([seen.errors, lab.refused]).toEqual([[], []]);
    expect(lab.count('/v/fmp4/lo/init_0.mp4')).toBe(1);
  });
});
