import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { promisify } from 'node:util';
import type { TestContext } from 'vitest';
import { beforeAll, expect, test, vi } from 'vitest';
import type { TokenSource } from '../../packages/hlsjs/src/index.ts';
import { installHosts, openHost } from '../support/host-page.ts';
import type { Stage } from '../support/stage.ts';
import { stageFor } from '../support/stage.ts';

declare global {
  interface Window {
    sources: TokenSource[];
    unmount(): void;
  }
}

/**
 * The pages of examples/hosts: all of them in `npm run test:hosts`; in `test:all` those that are used most, and those
 * that do not sign by hls.js.
 */
const mostUsed = ['react-player', 'vidstack', 'hls-video-element', 'dplayer-worker', 'xgplayer-fetch'];
const isAll = process.env.HOSTS === 'all';
const pages = readdirSync('examples/hosts').flatMap((name) => /(.*)\.html$/.exec(name)?.[1] ?? []);
const hosts = isAll ? pages : mostUsed;

/** Seconds that a token lives. */
const TTL = 3;
const FILM = '/exact/one-timeline/master.m3u8';

beforeAll(installHosts);

/** A film that is not loaded whole before the first token expires. */
const slowStage = (context: Parameters<typeof stageFor>[0]): Promise<Stage> =>
  stageFor(context, { signer: { ttl: TTL }, edge: { latency: 0.1 } });

/** Returns the URLs that were requested from the CDN. */
async function requested({ nginx, edge }: Stage): Promise<URL[]> {
  const urls = nginx ? (await nginx.log()).map(({ uri }) => uri) : edge.requests.map(({ url }) => url);
  return urls.map((url) => new URL(url, 'http://cdn'));
}

/** Seconds between the first and the last expiry of the tokens in `urls`. */
function expirySpan(urls: readonly URL[]): number {
  const expiries = urls.map(({ searchParams }) => Number(searchParams.get('e')));
  return Math.max(...expiries) - Math.min(...expiries);
}

/** Plays it past five expiries and a seek. */
async function playThrough(context: TestContext, name: string, change?: (script: string) => string): Promise<void> {
  const stage = await slowStage(context);
  const host = await openHost(stage, name, change);
  await host.play();
  await host.moves(TTL);
  await host.seek(300);
  const passed = async (): Promise<void> => expect(expirySpan(await requested(stage))).toBeGreaterThan(5 * TTL);
  await vi.waitFor(passed, { timeout: 60_000, interval: 500 });
  await host.moves(1);
  expect(await stage.refusals()).toEqual([]);
  expect(host.pageErrors).toEqual([]);
  expect(host.warnings.filter((text) => text.startsWith('secure-token'))).toEqual([]);
}

test.concurrent.for(hosts)('%s plays past five expiries and a seek, and nothing is refused', (name, context) =>
  playThrough(context, name),
);

test.concurrent('Vidstack: the recipe keeps the browser from asking for subtitles without a token', async (context) => {
  const stage = await slowStage(context);
  const host = await openHost(stage, 'vidstack');
  await host.play();
  const cues = (): Promise<number> =>
    host.page.evaluate(() => {
      const { textTracks } = document.querySelector<HTMLVideoElement>('media-player')!;
      return textTracks[0]?.cues?.length ?? 0;
    });
  await vi.waitFor(async () => expect(await cues()).toBeGreaterThan(0), { timeout: 60_000 });
  expect(await stage.refusals()).toEqual([]);
});

test('react-player: after a denial another player goes on where the first one stood', async (context) => {
  const stage = await slowStage(context);
  const host = await openHost(stage, 'react-player');
  await host.play();
  await host.seek(300);
  stage.signer.denies = () => true;
  const button = host.page.getByRole('button', { name: 'Logged in' });
  await button.waitFor({ timeout: 60_000 });
  expect(await host.page.locator('hls-video').count()).toBe(0);
  stage.signer.denies = () => false;
  await button.click();
  await host.play();
  await host.moves(TTL);
  expect(await host.page.evaluate(() => window.findVideo()!.currentTime)).toBeGreaterThan(300);
  expect(host.pageErrors).toEqual([]);
});

test('the hook useTokenSource in StrictMode: one source lives, and no call is lost', async (context) => {
  const stage = await slowStage(context);
  const host = await openHost(stage, 'hlsjs-react', (script) =>
    script
      .replace(
        /const created = (createTokenSource\(first\));/,
        '$&\n    ((window as any).sources ??= []).push(created);',
      )
      .replace(
        /^(createRoot\(.*\))\.render\(/m,
        'const app = $1;\n(window as any).unmount = () => app.unmount();\napp.render(',
      ),
  );
  await host.play();
  const outcomes = (): Promise<string[]> =>
    host.page.evaluate(
      (url) =>
        Promise.all(
          window.sources.map((source) =>
            source.sign(url).then(
              () => 'signs',
              (error: unknown) => (error as { code: string }).code,
            ),
          ),
        ),
      `${stage.cdn}${FILM}`,
    );
  expect(await outcomes()).toEqual(['ERR_DESTROYED', 'signs']);
  // the player goes on: one may be under way
  const unanswered = (): unknown[] => stage.signer.calls.filter(({ status }) => status !== 200);
  await vi.waitFor(() => expect(unanswered()).toEqual([]), { timeout: 60_000 });
  const first = stage.signer.calls.filter(({ reason, urls }) => reason === 'initial' && urls[0]!.endsWith(FILM));
  expect(first).toHaveLength(1);
  await host.page.evaluate(() => window.unmount());
  expect(await outcomes()).toEqual(['ERR_DESTROYED', 'ERR_DESTROYED']);
});

if (isAll) {
  test('the engine of Video.js 10 plays so in the release candidate, too', (context) =>
    playThrough(context, 'video-js-10-spf-react', (script) => {
      const candidate = script.replace('@videojs/react/', '@videojs/react-rc.2/');
      expect(candidate).not.toBe(script);
      return candidate;
    }));

  test('the pages compile with the types of the players', async () => {
    const compiled = promisify(execFile)('node', ['node_modules/typescript/bin/tsc', '-p', 'examples/hosts']);
    await expect(compiled).resolves.toMatchObject({ stdout: '' });
  });
}
