import type { Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OwnProfiles } from '../../support/chromium.mjs';
import { openChromium } from '../../support/chromium.mjs';
import { runIn } from '../../support/engines.ts';
import { inPart } from '../../support/parts.ts';
import { lookUntil } from '../../support/viewer.ts';

const PAGE = 'https://app.test/';
const FOLDER = 'https://cdn.test/vod/7/';
/** Origin of the segments of `PLAYLIST` and `MANIFEST`. */
const OTHER = 'https://segments.test/';

const PLAYLIST = `#EXTM3U
#EXT-X-VERSION:3
#EXT-X-TARGETDURATION:4
#EXTINF:4,
${OTHER}1.ts
#EXT-X-ENDLIST
`;
const MANIFEST = `<?xml version="1.0"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011" type="static"
  mediaPresentationDuration="PT4S" minBufferTime="PT1S">
  <BaseURL>${OTHER}</BaseURL>
  <Period><AdaptationSet mimeType="video/mp4" codecs="avc1.42c01e">
    <SegmentTemplate duration="4" startNumber="1" initialization="init.mp4" media="$Number$.m4s"/>
    <Representation id="v" bandwidth="300000" width="320" height="180"/>
  </AdaptationSet></Period>
</MPD>`;

/** The code that the README of each package shows, without a listener for errors. `args.url` is the URL of `file`. */
const players = {
  'hls.js': {
    player: 'hls.js/dist/hls.min.js',
    plugin: 'hlsjs/dist/secure-token-hlsjs',
    file: 'media.m3u8',
    play: `const hls = new Hls(args.config);
      SecureTokenHls.secureToken(hls, '/token');
      hls.loadSource(args.url);
      hls.attachMedia(video);`,
  },
  'Video.js': {
    player: 'video.js/dist/video.min.js',
    plugin: 'videojs/dist/videojs-secure-token',
    file: 'media.m3u8',
    play: `const player = videojs(video);
      player.secureToken('/token');
      player.src({ src: args.url, type: 'application/x-mpegURL' });`,
  },
  Shaka: {
    player: 'shaka-player/dist/shaka-player.compiled.js',
    plugin: 'shaka/dist/secure-token-shaka',
    file: 'media.mpd',
    play: `const player = new shaka.Player();
      await player.attach(video);
      SecureTokenShaka.secureToken(player, '/token');
      player.load(args.url).catch(() => undefined);`,
  },
  'dash.js': {
    player: 'dashjs/dist/modern/umd/dash.all.min.js',
    plugin: 'dashjs/dist/secure-token-dashjs',
    file: 'media.mpd',
    play: `const player = dashjs.MediaPlayer().create();
      SecureTokenDash.secureToken(player, '/token');
      player.initialize(video, args.url, true);`,
  },
  MP4: {
    player: undefined,
    plugin: 'progressive/dist/secure-token-progressive',
    file: 'film.mp4',
    play: `SecureTokenProgressive.secureVideo(video, args.url, '/token').catch(() => undefined);`,
  },
} as const;
type PlayerName = keyof typeof players;

type Fulfilment = Parameters<Route['fulfill']>[0];
const now = (): number => Math.floor(Date.now() / 1000);
const json = (answer: object): Fulfilment => ({ json: answer });
const cors = { 'access-control-allow-origin': '*' };

/** The answers of a mistaken endpoint to a call for `urls`, and of a mistaken CDN to a request for `url`. */
interface Mistake {
  readonly token?: (urls: readonly string[]) => Fulfilment;
  readonly edge?: (url: string) => Fulfilment;
  /** @default all */
  readonly only?: readonly PlayerName[];
  /** Configuration of hls.js, as text. */
  readonly config?: string;
  /** Matches the one line that reports the mistake in a development build. */
  readonly line: RegExp;
  /** Code of the error in the default build, where each player is tried. */
  readonly code?: string;
}

const tokens = (urls: readonly string[], more: object = {}): Fulfilment =>
  json({
    now: now(),
    tokens: urls.map((url) => ({ url, expires: now() + 300, query: { st: String(Math.random()) }, ...more })),
  });
const refuse =
  (status: number, headers: Record<string, string> = cors) =>
  (): Fulfilment => ({ status, headers });

const mistakes: Readonly<Record<string, Mistake>> = {
  'the endpoint is not there': {
    token: () => ({ status: 404 }),
    line: /ERR_SIGNING_RESPONSE: The signing endpoint answered 404\. Check its URL/,
  },
  'the endpoint answers with the page of a log-in': {
    code: 'ERR_SIGNING_RESPONSE',
    token: () => ({ contentType: 'text/html', body: '<!doctype html>' }),
    line: /ERR_SIGNING_RESPONSE: .* It is HTML or XML/,
  },
  'the viewer is denied': {
    code: 'ERR_DENIED',
    token: () => ({ status: 403 }),
    line: /ERR_DENIED: The signing endpoint answered 403\. .*then call renew\(\)/,
  },
  'the token is for another folder': {
    token: () =>
      json({ now: now(), tokens: [{ prefix: 'https://cdn.test/vod/8/', expires: now() + 300, query: { st: 'a' } }] }),
    line: /ERR_SIGNING_RESPONSE: .* no token for this URL\. Send one with this/,
  },
  'the carrier is misspelt': {
    token: (urls) => tokens(urls, { query: undefined, params: { st: 'a' } }),
    line: /tokens\[0\] without base, query, headers or credentials/,
  },
  'the endpoint sends a signed URL': {
    token: (urls) => json({ now: now(), tokens: urls.map((url) => ({ url: `${url}?st=a`, expires: now() + 300 })) }),
    line: /tokens\[0\] without base, query, headers or credentials/,
  },
  'the secrets differ': {
    code: 'ERR_TOKEN_REFUSED',
    edge: refuse(403),
    line: /ERR_TOKEN_REFUSED: .*answered 403 .*has accepted no token of this signing endpoint.*secure-token doctor/,
  },
  'the clock of the edge is ahead': {
    edge: refuse(410),
    // of its 300 s, some are over by then on a busy machine
    line: /ERR_TOKEN_REFUSED: .*answered 410 .*lives for (?:300|2\d\d) s more: the clock of the edge is ahead/,
  },
  'an xhrSetup of before signs it, too': {
    edge: refuse(403),
    only: ['hls.js'],
    config: `{ xhrSetup: (xhr, url) => xhr.open('GET', url + '&st=old', true) }`,
    line: /ERR_TOKEN_REFUSED: .*another value of 'st' .*xhrSetup/,
  },
  'the CDN refuses without CORS headers': {
    edge: refuse(403, { 'access-control-allow-origin': 'https://nobody.test' }),
    line: /the CDN sends no CORS headers with refusals/,
  },
  'the endpoint is an hour ahead': {
    token: (urls) => {
      const ahead = now() + 3600;
      return json({ now: ahead, tokens: urls.map((url) => ({ url, expires: ahead + 300, query: { st: 'a' } })) });
    },
    edge: () => ({ status: 404, headers: cors }),
    line: /clock of the signing endpoint is 60 minutes ahead of that of this device/,
  },
  'the segments are on a host that is not protected': {
    edge: (url) =>
      url.startsWith(FOLDER) ? { headers: cors, body: url.includes('.mpd') ? MANIFEST : PLAYLIST } : refuse(403)(),
    only: ['hls.js', 'Video.js', 'Shaka', 'dash.js'],
    line: /https:\/\/segments\.test answered 403 .*add 'https:\/\/segments\.test\/' to 'protect'/,
  },
};

/** Milliseconds for which a second line is waited for. */
const SILENCE = 1000;

let browser: OwnProfiles;
beforeAll(async () => {
  browser = await openChromium();
});
afterAll(() => browser.close());

/** Opens the page of an app whose endpoint and CDN answer as `mistake` says; resolves to the lines of ours. */
async function linesOf(name: PlayerName, build: 'development' | 'min', mistake: Mistake): Promise<string[]> {
  const { player, plugin, file, play } = players[name];
  const { token = tokens, edge = refuse(403), config = '{}' } = mistake;
  const page = await browser.newPage();
  const lines: string[] = [];
  page.on('console', (line) => {
    if (line.text().startsWith('secure-token')) lines.push(line.text());
  });
  await page.route(PAGE, (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><video muted></video>' }),
  );
  await page.route(`${PAGE}token`, (route) => {
    const { urls } = route.request().postDataJSON() as { urls: string[] };
    return route.fulfill(token(urls));
  });
  await page.route(/^https:\/\/(?:cdn|segments)\.test\//, (route) => route.fulfill(edge(route.request().url())));
  await page.goto(PAGE);
  if (player) await page.addScriptTag({ path: `node_modules/${player}` });
  await page.addScriptTag({ path: `packages/${plugin}.${build}.js` });
  const body = `const video = document.querySelector('video'); args.config = ${config};\n${play}`;
  await runIn(page, body, { url: FOLDER + file });
  await lookUntil(
    () => Promise.resolve(lines),
    ({ length }) => length > 0,
    20,
  );
  await page.waitForTimeout(SILENCE);
  await page.close();
  return lines;
}

const names = Object.keys(players) as PlayerName[];
const all = Object.entries(mistakes);

describe('in a development build, the console says in one line what is wrong and what to do', () => {
  describe.each(inPart(names.slice(0, 1), names.slice(1)))(
    '%s, with the lines of its README and no listener',
    (name) => {
      test.concurrent.each(all.filter(([, { only }]) => !only || only.includes(name)))('%s', async (_, mistake) => {
        expect(await linesOf(name, 'development', mistake)).toEqual([expect.stringMatching(mistake.line)]);
      });
    },
  );
});

describe.each(inPart(names, []))('in the default build, the console names the error and its page: %s', (name) => {
  test.concurrent.each(all.filter(([, { code }]) => code))('%s', async (_, mistake) => {
    const { code = '' } = mistake;
    const line = expect.stringMatching(`^secure-token: ${code}: .+errors\\.\\w+#${code.toLowerCase()}\\b`);
    expect(await linesOf(name, 'min', mistake)).toEqual([line]);
  });
});
