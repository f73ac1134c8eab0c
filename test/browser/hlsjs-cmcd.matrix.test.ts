import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LabFormat } from '../support/lab-tokens.ts';
import { labVersions } from '../support/hls-lab.ts';
import { Labs } from '../support/hls-labs.ts';

let labs: Labs;
beforeAll(async () => void (labs = await Labs.start()));
afterAll(() => labs.stop());

// CMCD wraps the loaders that it finds when the player is built, and rewrites URLs after that
describe.concurrent.each(labVersions)('hls.js %s with CMCD', (version) => {
  const formats: LabFormat[] = version === '1.7' ? ['full', 'path'] : ['full'];
  describe.each(formats)('and a signature of the %s URL', (format) => {
    test.each([
      ['config', 'query'],
      ['config', 'headers'],
      ['instance', 'query'],
      ['instance', 'headers'],
    ] as const)('the %s form, CMCD in %s: every request is signed, none is refused', async (form, mode) => {
      await using lab = await labs.open(version);
      lab.format = format;
      const seen = await lab.page.evaluate(
        async ({ form, useHeaders, url }) => {
          const { secureToken, secureTokenConfig } = window.SecureTokenHls;
          const hls = window.lab.create({
            cmcd: { sessionId: 'session-1', contentId: 'film-1', useHeaders },
            ...(form === 'config' && secureTokenConfig('/token')),
          });
          if (form === 'instance') secureToken(hls, '/token');
          return window.lab.play(hls, url, 1);
        },
        { form, useHeaders: mode === 'headers', url: `${lab.origin}/v/fmp4/master.m3u8` },
      );
      expect([seen.errors, seen.leaks, lab.refused]).toEqual([[], [], []]);
      const hasCmcd = lab.guarded.filter(({ url, headers }) =>
        mode === 'query' ? url.includes('CMCD=') : 'cmcd-session' in headers,
      );
      expect(hasCmcd).toHaveLength(lab.guarded.length);
      expect(lab.guarded.length).toBeGreaterThan(6);
      // exactly one token in each
      for (const { url } of lab.guarded) expect(url.match(/[?&]st=/g)).toHaveLength(1);
    });
  });

  test('attached late, over a playlist loader of the app: it sees its requests, a refusal is not seen', async () => {
    await using lab = await labs.open(version);
    lab.refusals.push({ path: /lo|hi/, status: 403, times: 1 });
    const [seen, urls] = await lab.page.evaluate(async (url) => {
      const Base = window.Hls.DefaultConfig.loader;
      const urls: string[] = [];
      class PlaylistLoader extends Base {
        override load(...all: Parameters<InstanceType<typeof Base>['load']>): void {
          urls.push(all[0].url);
          super.load(...all);
        }
      }
      const hls = window.lab.create({ cmcd: { sessionId: 's', contentId: 'c' }, pLoader: PlaylistLoader as never });
      window.SecureTokenHls.secureToken(hls, '/token');
      return [await window.lab.play(hls, url, 1), urls] as const;
    }, `${lab.origin}/v/ts/master.m3u8`);
    expect([seen.errors, lab.refused.length]).toEqual([[], 1]);
    expect(urls.length).toBeGreaterThan(1);
    for (const url of urls) expect(url).toMatch(/m3u8\?CMCD=.*&st=TOKEN/);
  });
});
