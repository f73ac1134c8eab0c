import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { labVersions } from '../support/hls-lab.ts';
import { Labs } from '../support/hls-labs.ts';

let labs: Labs;
beforeAll(async () => void (labs = await Labs.start()));
afterAll(() => labs.stop());

const TS = '/v/ts/master.m3u8';

describe.concurrent.each(labVersions)('hls.js %s', (version) => {
  describe.each(['instance', 'config'] as const)('what the app has set keeps working, with the %s form:', (form) => {
    test('xhrSetup', async () => {
      await using lab = await labs.open(version);
      const seen = await lab.page.evaluate(
        async ({ form, url }) => {
          const { secureToken, secureTokenConfig } = window.SecureTokenHls;
          const hls = window.lab.create({
            ...(form === 'config' && secureTokenConfig('/token')),
            xhrSetup: (xhr, at) => {
              xhr.open('GET', at, true);
              xhr.setRequestHeader('x-app', 'yes');
            },
          });
          if (form === 'instance') secureToken(hls, '/token');
          return window.lab.play(hls, url, 1);
        },
        { form, url: TS },
      );
      expect([seen.errors, lab.refused]).toEqual([[], []]);
      expect(new Set(lab.guarded.map(({ headers }) => headers['x-app']))).toEqual(new Set(['yes']));
    });

    test('loader, pLoader and fLoader', async () => {
      await using lab = await labs.open(version);
      const [seen, made] = await lab.page.evaluate(
        async ({ form, url }) => {
          const { secureToken, secureTokenConfig } = window.SecureTokenHls;
          const Base = window.Hls.DefaultConfig.loader;
          const made: Record<string, string[]> = { loader: [], pLoader: [], fLoader: [] };
          const named = (name: string): never =>
            class extends Base {
              override load(...all: Parameters<InstanceType<typeof Base>['load']>): void {
                made[name]!.push(all[0].url);
                super.load(...all);
              }
            } as never;
          const hls = window.lab.create({
            ...(form === 'config' && secureTokenConfig('/token')),
            loader: named('loader'),
            pLoader: named('pLoader'),
            fLoader: named('fLoader'),
          });
          if (form === 'instance') secureToken(hls, '/token');
          return [await window.lab.play(hls, url, 1), made] as const;
        },
        { form, url: '/v/aes/i.m3u8' },
      );
      expect([seen.errors, lab.refused]).toEqual([[], []]);
      // each sees what goes over the wire, signed
      for (const [name, pattern] of [
        ['loader', /\/k\d\.bin\?st=/],
        ['pLoader', /i\.m3u8\?st=/],
        ['fLoader', /s\d+\.ts\?st=/],
      ] as const) {
        expect(made[name]!.length).toBeGreaterThan(0);
        for (const url of made[name]!) expect(url).toMatch(pattern);
      }
    });

    test('FetchLoader, fetchSetup and progressive, with a refusal in between', async () => {
      await using lab = await labs.open(version);
      lab.refusals.push({ path: /s001\.ts$/, status: 403, times: 1 }, { path: /s002\.ts$/, status: 410, times: 1 });
      const [seen, progress, setups] = await lab.page.evaluate(
        async ({ form, url }) => {
          const { secureToken, secureTokenConfig } = window.SecureTokenHls;
          let setups = 0;
          const hls = window.lab.create({
            ...(form === 'config' && secureTokenConfig('/token')),
            progressive: true,
            fetchSetup: (context, init) => {
              setups++;
              return new Request(context.url, init as RequestInit);
            },
          });
          if (form === 'instance') secureToken(hls, '/token');
          const seen = await window.lab.play(hls, url, 5);
          // the whole film of 20 s: nothing more is asked for
          await window.lab.until(() => seen.errors.length || hls.media!.buffered.end(0) > 19);
          return [seen, hls.config.progressive, setups] as const;
        },
        { form, url: TS },
      );
      expect([seen.errors, seen.leaks, progress]).toEqual([[], [], true]);
      expect(lab.refused.sort()).toEqual(
        expect.arrayContaining([expect.stringMatching(/^403 .*s001\.ts$/), expect.stringMatching(/^410 .*s002\.ts$/)]),
      );
      expect(lab.refused).toHaveLength(2);
      // a request that hls.js has set up arrives a moment later
      await vi.waitFor(() => expect(lab.guarded.length).toBeGreaterThanOrEqual(setups), { timeout: 30_000 });
      expect(lab.guarded.length).toBe(setups);
    });
  });

  test('progressive really streams: a segment is in use before its last bytes have come', async () => {
    await using lab = await labs.open(version);
    // blown up with null packets to more than hls.js collects before it hands on
    const padding = Buffer.alloc(188 * 2000, Buffer.from([0x47, 0x1f, 0xff, 0x10, ...Array<number>(184).fill(0xff)]));
    for (const name of ['s000', 's001', 's002']) {
      const path = `/v/ts/lo/${name}.ts`;
      lab.routes[path] = () => ({
        body: Buffer.concat([readFileSync(`test/media/ts/lo/${name}.ts`), padding]),
        pause: 0.3,
      });
    }
    const seen = await lab.page.evaluate(() => {
      const hls = window.lab.create({ progressive: true, startPosition: 0 });
      window.SecureTokenHls.secureToken(hls, '/token');
      return window.lab.play(hls, '/v/ts/lo/i.m3u8', 3);
    });
    expect([seen.errors, lab.refused]).toEqual([[], []]);
    const [, first = ''] = /hlsFragLoading,(.*?)hlsFragLoaded/.exec(seen.events.join()) ?? [];
    expect(first).toContain('hlsBufferAppending');
  });
});
