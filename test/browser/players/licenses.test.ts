import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import type { TestContext } from 'vitest';
import { describe, expect, test, vi } from 'vitest';
import { createVodOrigin } from '../../../examples/origin/vod-origin.mjs';
import { openChromium } from '../../support/chromium.mjs';
import { encryptInit, encryptSegment } from '../../support/common-encryption.ts';
import { runIn } from '../../support/engines.ts';
import { listen } from '../../support/listen.ts';
import { helpers, pageHtml } from '../../support/page.ts';
import type { Player } from '../../support/players.ts';
import { dashjs, hlsjs, shaka, videojs } from '../../support/players.ts';

const KEY = {
  id: Buffer.from('0123456789abcdef0123456789abcdef', 'hex'),
  key: Buffer.from('00112233445566778899aabbccddeeff', 'hex'),
};
const SEGMENTS = Array.from({ length: 10 }, (_, index) => `s00${index}.m4s`);

const playlist = [
  '#EXTM3U',
  '#EXT-X-VERSION:7',
  '#EXT-X-TARGETDURATION:2',
  `#EXT-X-KEY:METHOD=SAMPLE-AES-CTR,KEYFORMAT="org.w3.clearkey",URI="data:;base64,${KEY.id.toString('base64')}"`,
  '#EXT-X-MAP:URI="init.mp4"',
  ...SEGMENTS.map((name) => `#EXTINF:2,\n${name}`),
  '#EXT-X-ENDLIST',
].join('\n');

const manifest = `<?xml version="1.0"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" xmlns:cenc="urn:mpeg:cenc:2013" type="static" minBufferTime="PT2S"
  profiles="urn:mpeg:dash:profile:isoff-live:2011" mediaPresentationDuration="PT20S">
  <Period start="PT0S">
    <AdaptationSet contentType="audio" mimeType="audio/mp4" codecs="mp4a.40.2" segmentAlignment="true">
      <ContentProtection schemeIdUri="urn:mpeg:dash:mp4protection:2011" value="cenc"
        cenc:default_KID="01234567-89ab-cdef-0123-456789abcdef"/>
      <ContentProtection schemeIdUri="urn:uuid:e2719d58-a985-b3c9-781a-b030af78d30e" value="ClearKey1.0"/>
      <SegmentTemplate timescale="1" duration="2" initialization="init.mp4" media="s00$Number$.m4s" startNumber="0"/>
      <Representation id="1" bandwidth="48000" audioSamplingRate="32000"/>
    </AdaptationSet>
  </Period>
</MPD>`;

interface LicensedPlayer extends Pick<Player, 'name' | 'scripts'> {
  readonly src: string;
  /** Body of a function in the page: plays `args.src` with licences of `args.license`. */
  readonly play: string;
}

const players: readonly LicensedPlayer[] = [
  {
    ...hlsjs,
    src: 'i.m3u8',
    play: `const generateRequest = () => ({ initDataType: 'keyids', initData: new TextEncoder().encode(args.keyIds).buffer });
      const drmSystems = { 'org.w3.clearkey': { licenseUrl: args.license, generateRequest } };
      const hls = new Hls({ emeEnabled: true, drmSystems });
      SecureTokenHls.secureToken(hls, '/token');
      hls.on(Hls.Events.ERROR, (_, { fatal, details }) => fatal && seen.failures.push(details));
      hls.loadSource(args.src);
      hls.attachMedia(video);`,
  },
  {
    ...videojs,
    scripts: [
      videojs.scripts[0]!,
      'node_modules/videojs-contrib-eme/dist/videojs-contrib-eme.min.js',
      videojs.scripts[1]!,
    ],
    src: 'i.mpd',
    play: `const player = videojs(video);
      player.eme();
      player.secureToken('/token');
      player.on('error', () => seen.failures.push(player.error()?.message));
      const capabilities = { audioContentType: 'audio/mp4; codecs="mp4a.40.2"', initDataTypes: ['cenc'] };
      const keySystems = { 'org.w3.clearkey': { url: args.license, ...capabilities } };
      player.src({ src: args.src, type: 'application/dash+xml', keySystems });`,
  },
  {
    ...shaka,
    src: 'i.mpd',
    play: `const player = new shaka.Player();
      await player.attach(video);
      player.configure({ drm: { servers: { 'org.w3.clearkey': args.license } } });
      SecureTokenShaka.secureToken(player, '/token');
      player.addEventListener('error', ({ detail }) => seen.failures.push(detail.code));
      player.load(args.src).catch((error) => seen.failures.push(error.code));`,
  },
  {
    ...dashjs,
    src: 'i.mpd',
    play: `const player = dashjs.MediaPlayer().create();
      SecureTokenDash.secureToken(player, '/token');
      player.initialize();
      player.on('error', ({ error }) => seen.failures.push(error.message));
      player.attachView(video);
      player.setProtectionData({ 'org.w3.clearkey': { serverURL: args.license } });
      player.attachSource(args.src);`,
  },
];

/** ClearKey itself asks for no renewal, so the page asks the player in its place, with the first message. */
const keepSessions = `const { createSession } = MediaKeys.prototype;
  MediaKeys.prototype.createSession = function (type) {
    const session = createSession.call(this, type);
    session.addEventListener('message', ({ message }) => (window.renewal ??= () =>
      session.dispatchEvent(new MediaKeyMessageEvent('message', { messageType: 'license-renewal', message }))));
    return session;
  };
  video.addEventListener('loadedmetadata', () => void video.play().catch(() => undefined));
  video.play().catch(() => undefined);`;
const hasClearKey = `const audioCapabilities = [{ contentType: 'audio/mp4; codecs="mp4a.40.2"' }];
  const wanted = [{ initDataTypes: ['cenc'], audioCapabilities }];
  return navigator.requestMediaKeySystemAccess('org.w3.clearkey', wanted).then(() => true, () => false);`;

const bytes = (content: Buffer): Response => new Response(new Uint8Array(content));

describe.concurrent.each(players)('licences of $name', ({ scripts, src, play }) => {
  /** A page and its server, which is endpoint, edge and licence server, too. */
  async function open(
    { onTestFinished, skip }: TestContext,
    settings: { ttl?: number; failWith?: number; refuse?: number },
  ) {
    const files = createVodOrigin({ root: process.cwd() });
    const media = (name: string): Buffer => readFileSync(`test/media/fmp4/en/${name}`);
    /** Expiry of each token of a licence, in unix seconds. */
    const issued = new Map<string, number>();
    const licenses: [status: number, token: string | null][] = [];
    const server = { ttl: 60, failWith: 0, refuse: 0, licenses, calls: 0, ...settings };
    const sign = async (request: Request): Promise<Response> => {
      const { urls } = (await request.json()) as { urls: string[] };
      const isOfLicense = urls.some((url) => url.endsWith('/license'));
      if (isOfLicense) server.calls++;
      if (isOfLicense && server.failWith) return new Response(null, { status: server.failWith });
      const expires = Date.now() / 1000 + server.ttl;
      const query = { lt: `L${issued.size + 1}` };
      if (isOfLicense) issued.set(query.lt, expires);
      return Response.json({ now: Date.now() / 1000, tokens: urls.map((url) => ({ url, expires, query })) });
    };
    const license = async (request: Request): Promise<Response> => {
      const token = new URL(request.url).searchParams.get('lt');
      const status = issued.has(token ?? '') && server.refuse-- <= 0 ? 200 : 403;
      server.licenses.push([status, token]);
      if (status !== 200) return new Response(null, { status });
      const { kids } = (await request.json()) as { kids: string[] };
      const keys = kids.map((kid) => ({ kty: 'oct', kid, k: KEY.key.toString('base64url') }));
      return Response.json({ keys, type: 'temporary' });
    };
    const listening = await listen(async (request) => {
      const { pathname } = new URL(request.url);
      const name = pathname.replace('/v/', '');
      if (pathname === '/') {
        const html = pageHtml(['/helpers.js', ...scripts.map((path) => `/${path}`)]);
        return new Response(html, { headers: { 'content-type': 'text/html' } });
      }
      if (pathname === '/helpers.js') return new Response(helpers, { headers: { 'content-type': 'text/javascript' } });
      if (pathname === '/token') return sign(request);
      if (pathname === '/license') return license(request);
      if (pathname === '/v/i.m3u8') return new Response(playlist);
      if (pathname === '/v/i.mpd')
        return new Response(manifest, { headers: { 'content-type': 'application/dash+xml' } });
      if (pathname === '/v/init.mp4') return bytes(encryptInit(media('init_2.mp4'), KEY, src === 'i.mpd'));
      return SEGMENTS.includes(name) ? bytes(encryptSegment(media(name), KEY)) : files(request);
    });
    const browser = await openChromium();
    const page = await browser.newPage();
    onTestFinished(async () => {
      await browser.close();
      await listening.close();
    });
    await page.goto(listening.origin);
    skip(!(await runIn<boolean>(page, hasClearKey)), 'This browser has no ClearKey.');
    await runIn(page, keepSessions + play, {
      src: `${listening.origin}/v/${src}`,
      license: `${listening.origin}/license`,
      keyIds: JSON.stringify({ kids: [KEY.id.toString('base64url')] }),
    });
    return { server, page };
  }
  const plays = (page: Page): Promise<unknown> => runIn(page, 'await moves(0.5)');
  const failures = (page: Page): Promise<string[]> => runIn(page, 'return seen.failures');

  test('the first one and a renewal after the token has run out are signed, and it plays', async (context) => {
    const { server, page } = await open(context, { ttl: 2 });
    await plays(page);
    expect(server.licenses).toEqual([[200, 'L1']]);
    await runIn(page, 'await sleep(2500); renewal()');
    await vi.waitFor(() => expect(server.licenses.map(([status]) => status)).toEqual([200, 200]), 10_000);
    expect(server.licenses[1]![1]).not.toBe('L1');
    await plays(page);
    expect(await failures(page)).toEqual([]);
  });

  test('the endpoint is away when it is needed: it waits, and plays once the endpoint is back', async (context) => {
    const { server, page } = await open(context, { failWith: 503 });
    await vi.waitFor(() => expect(server.calls).toBeGreaterThan(1), 20_000);
    expect(server.licenses).toEqual([]);
    server.failWith = 0;
    await plays(page);
    expect(server.licenses.map(([status]) => status)).toEqual([200]);
  });

  // hls.js and dash.js show a refused licence
  if (play.includes('SecureTokenHls') || play.includes('SecureTokenDash')) return;
  test('one that the server refuses is asked for once more with another token, and nobody hears of it', async (context) => {
    const { server, page } = await open(context, { refuse: 1 });
    await plays(page);
    expect(server.licenses).toEqual([
      [403, 'L1'],
      [200, 'L2'],
    ]);
    expect(await failures(page)).toEqual([]);
  });
});
