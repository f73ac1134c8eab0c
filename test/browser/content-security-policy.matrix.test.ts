import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type * as SecureTokenWorker from '../../packages/worker/src/index.ts';
import { inPart, runsMain, runsRest } from '../support/parts.ts';
import type { Stage } from '../support/stage.ts';
import { createStage } from '../support/stage.ts';

declare global {
  interface Window {
    SecureTokenWorker: typeof SecureTokenWorker;
    violations: string[];
  }
}

/** The policies and the code are those of the page, word for word. */
const documentation = readFileSync('docs/production.md', 'utf8');
const [, basePolicy = ''] = /^Content-Security-Policy: (.*)$/m.exec(documentation) ?? [];
const [, defaultPolicy = ''] = /^```ts\n((?:(?!^```).)*?createPolicy\('default'.*?)^```/ms.exec(documentation) ?? [];
const trustedTypes = (names: string): string => {
  const directives = `require-trusted-types-for 'script'; trusted-types ${names}`;
  expect(documentation).toContain(`\`${directives}\``);
  return `; ${directives}`;
};

const HLSJS = ['/node_modules/hls.js/dist/hls.min.js', '/packages/hlsjs/dist/secure-token-hlsjs.min.js'];
const VIDEOJS = ['/node_modules/video.js/dist/video.min.js', '/packages/videojs/dist/videojs-secure-token.min.js'];
const WORKER = ['/packages/worker/dist/secure-token-worker.min.js'];

let stage: Stage;
beforeAll(async () => {
  stage = await createStage();
});
afterAll(() => stage.dispose());

/** A page with these scripts, under the policy of the documentation and what is added to it. */
async function open(scripts: readonly string[], added = '', beforeScripts = ''): Promise<Page> {
  const policy = basePolicy
    .replaceAll('https://api.example.com', new URL(stage.signer.endpoint('query')).origin)
    .replaceAll('https://cdn.example.com', stage.cdn);
  const page = await stage.browser.newPage();
  await page.addInitScript({ content: beforeScripts });
  await page.addInitScript(() => {
    window.violations = [];
    Object.assign(window, { VIDEOJS_NO_DYNAMIC_STYLE: true });
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) =>
      window.violations.push(`${violatedDirective} ${blockedURI} ${sample.split('|')[0]}`),
    );
  });
  await page.goto(stage.pages.withPolicy(policy + added, scripts));
  return page;
}

const violations = (page: Page): Promise<string[]> => page.evaluate(() => window.violations);

const plays = (page: Page): Promise<unknown> =>
  page.waitForFunction(() => document.querySelector('video')!.currentTime > 1, undefined, { timeout: 60_000 });

const film = (): { src: string; endpoint: string } => ({
  src: stage.url('query', 'vod/fmp4/master.m3u8'),
  endpoint: stage.signer.endpoint('query'),
});

const playHlsjs = (page: Page, config: { enableWorker?: boolean } = {}): Promise<unknown> =>
  page.evaluate(
    ({ src, endpoint, config }) => {
      const video = document.querySelector('video')!;
      const hls = new window.Hls(config);
      window.SecureTokenHls.secureToken(hls, endpoint);
      hls.loadSource(src);
      hls.attachMedia(video);
      void video.play().catch(() => undefined);
    },
    { ...film(), config },
  );

/** Plays a film with subtitles. */
const playVideojs = (page: Page, withPlugin = true): Promise<unknown> =>
  page.evaluate(
    ({ src, endpoint, withPlugin }) => {
      const player = window.videojs(document.querySelector('video')!);
      if (withPlugin) player.secureToken(endpoint);
      player.on('loadedmetadata', () => {
        for (const track of Array.from(player.textTracks() as unknown as ArrayLike<TextTrack>))
          if (track.kind === 'subtitles') track.mode = 'showing';
      });
      player.src({ src, type: 'application/x-mpegURL' });
      void player.play()?.catch(() => undefined);
    },
    { ...film(), withPlugin },
  );

const REFUSED_WORKER = 'require-trusted-types-for trusted-types-sink Worker constructor';

/** Resolves to whether the worker controls the page, or to the name of the error. */
const register = (page: Page, kind: 'text' | 'trusted'): Promise<boolean | string> =>
  page.evaluate(
    async ({ src, endpoint, kind }) => {
      interface Policy {
        createScriptURL(url: string): string;
      }
      const { trustedTypes } = window as unknown as {
        trustedTypes: { createPolicy(name: string, rules: Policy): Policy };
      };
      const { registerTokenWorker, createTokenSource } = window.SecureTokenWorker;
      const options = { endpoint, protect: `${new URL(src).origin}/` };
      const make = (): Promise<SecureTokenWorker.TokenWorker> =>
        kind === 'text'
          ? registerTokenWorker('token-worker.js', options)
          : registerTokenWorker(
              trustedTypes.createPolicy('app', { createScriptURL: (url) => url }).createScriptURL('token-worker.js'),
              createTokenSource(options),
            );
      try {
        const { controls } = await make();
        return controls;
      } catch (error) {
        return (error as Error).name;
      }
    },
    { ...film(), kind },
  );

const byDefault = ts.transpile(defaultPolicy);
type Row = [title: string, names: string, config: { enableWorker?: boolean }, script: string, refused: string[]];
const rows = inPart<Row>(
  [['hls.js plays, with its worker', 'default', {}, byDefault, []]],
  [
    ['hls.js plays; its own worker is refused', "'none'", {}, '', [REFUSED_WORKER]],
    ['hls.js plays; it makes no worker', "'none'", { enableWorker: false }, '', []],
  ],
);
const workers = inPart<['text' | 'trusted', string]>([['text', 'secure-token']], [['trusted', 'app']]);

describe.concurrent('Trusted Types, as docs/production.md says, in Chromium', () => {
  test.each(rows)('%s: trusted-types %s, %o', async (_, names, config, script, refused) => {
    const page = await open(HLSJS, trustedTypes(names), script);
    await playHlsjs(page, config);
    await plays(page);
    expect([...new Set(await violations(page))]).toEqual(refused);
  });

  if (runsMain)
    test('Video.js plays with the default policy, subtitles too', async () => {
      const page = await open(VIDEOJS, trustedTypes('default'), byDefault);
      await playVideojs(page);
      await plays(page);
      await page.locator('.vjs-text-track-cue', { hasText: 'Subtitle' }).first().waitFor();
      expect(await violations(page)).toEqual([]);
    });

  test.each(workers)('a token worker whose URL is given as %s: trusted-types %s', async (kind, names) => {
    const page = await open(WORKER, trustedTypes(names));
    expect(await register(page, kind)).toBe(true);
    await page.evaluate(
      (url) => {
        const video = document.querySelector('video')!;
        video.src = url;
        void video.play().catch(() => undefined);
      },
      stage.url('query', 'vod/v.mp4'),
    );
    await plays(page);
    expect(await violations(page)).toEqual([]);
  });
});

if (runsRest)
  describe.concurrent('without Trusted Types, and with too little of them', () => {
    test.each([
      ['hls.js', HLSJS, playHlsjs],
      ['Video.js', VIDEOJS, playVideojs],
    ] as const)('%s plays under the policy alone', async (_, scripts, play) => {
      const page = await open(scripts);
      await play(page);
      await plays(page);
      expect(await violations(page)).toEqual([]);
    });

    test('a token worker without the name secure-token: it rejects with a TypeError', async () => {
      const page = await open(WORKER, trustedTypes("'none'"));
      expect(await register(page, 'text')).toBe('TypeError');
    });
  });
