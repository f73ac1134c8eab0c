import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Token } from '../../packages/core/src/index.ts';
import type { OwnProfiles } from './chromium.mjs';
import { encryptInit, encryptSegment } from './common-encryption.ts';
import type { LabRequest } from './hls-lab.ts';
import { Lab } from './hls-lab.ts';
import type { LicensedPlayer } from './license-page.ts';
import { askForRenewal, hasClearKey, keepKeySessions, lookAtLicensed, playLicensed } from './license-page.ts';
import { TRANSIT } from './signer.ts';
import { root } from './sources.ts';

export type LicenseCarrier = 'query' | 'header';

/** The scripts of a page with each player, in this order. */
const scripts: Record<LicensedPlayer, string[]> = {
  'hls.js': ['node_modules/hls.js/dist/hls.min.js', 'packages/hlsjs/dist/secure-token-hlsjs.min.js'],
  'Video.js': [
    'node_modules/video.js/dist/video.min.js',
    'node_modules/videojs-contrib-eme/dist/videojs-contrib-eme.min.js',
    'packages/videojs/dist/videojs-secure-token.min.js',
  ],
  'Shaka Player': [
    'node_modules/shaka-player/dist/shaka-player.compiled.js',
    'packages/shaka/dist/secure-token-shaka.min.js',
  ],
  'dash.js': ['node_modules/dashjs/dist/modern/umd/dash.all.min.js', 'packages/dashjs/dist/secure-token-dashjs.min.js'],
};

const KEY = {
  id: Buffer.from('0123456789abcdef0123456789abcdef', 'hex'),
  key: Buffer.from('00112233445566778899aabbccddeeff', 'hex'),
};
const KEY_ID = '01234567-89ab-cdef-0123-456789abcdef';
const SEGMENTS = 10;

const media = (name: string): Buffer => readFileSync(`${root}test/media/fmp4/en/${name}`);
const nameOf = (index: number): string => `s${String(index).padStart(3, '0')}.m4s`;

const playlist = [
  '#EXTM3U',
  '#EXT-X-VERSION:7',
  '#EXT-X-TARGETDURATION:2',
  `#EXT-X-KEY:METHOD=SAMPLE-AES-CTR,KEYFORMAT="org.w3.clearkey",URI="data:;base64,${KEY.id.toString('base64')}"`,
  '#EXT-X-MAP:URI="init.mp4"',
  ...Array.from({ length: SEGMENTS }, (_, index) => `#EXTINF:2,\n${nameOf(index)}`),
  '#EXT-X-ENDLIST',
].join('\n');

const manifest = `<?xml version="1.0"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" xmlns:cenc="urn:mpeg:cenc:2013" type="static" minBufferTime="PT2S"
  profiles="urn:mpeg:dash:profile:isoff-live:2011" mediaPresentationDuration="PT${SEGMENTS * 2}S">
  <Period start="PT0S">
    <AdaptationSet contentType="audio" mimeType="audio/mp4" codecs="mp4a.40.2" segmentAlignment="true">
      <ContentProtection schemeIdUri="urn:mpeg:dash:mp4protection:2011" value="cenc" cenc:default_KID="${KEY_ID}"/>
      <ContentProtection schemeIdUri="urn:uuid:e2719d58-a985-b3c9-781a-b030af78d30e" value="ClearKey1.0"/>
      <SegmentTemplate timescale="1" duration="2" initialization="init.mp4" media="s00$Number$.m4s" startNumber="0"/>
      <Representation id="1" bandwidth="48000" audioSamplingRate="32000"/>
    </AdaptationSet>
  </Period>
</MPD>`;

const tokenOf = ({ url, headers }: Pick<LabRequest, 'url' | 'headers'>): unknown =>
  headers['x-lt'] ?? new URL(url).searchParams.get('lt');

/** A page with a player, a song that ClearKey plays, and a licence server that demands a token. */
export class LicenseLab extends Lab {
  /** Media may come before the licence, or after. */
  override failsFor = (url: string): boolean => url.endsWith('/license');
  /** Seconds that the token of a licence lives. */
  licenseTtl = 60;
  /** Time at which the last token for a licence runs out, in unix ms. */
  licenseExpires = 0;
  readonly #player: LicensedPlayer;
  readonly #carrier: LicenseCarrier;
  readonly #issued = new Map<string, number>();

  constructor(player: LicensedPlayer, carrier: LicenseCarrier) {
    super('');
    this.#player = player;
    this.#carrier = carrier;
    this.#offer();
  }

  static async open(browser: OwnProfiles, player: LicensedPlayer, carrier: LicenseCarrier): Promise<LicenseLab> {
    const lab = new LicenseLab(player, carrier);
    lab.origin = await lab.listen('here');
    lab.page = await browser.newPage();
    lab.page.on('pageerror', (error) => console.error(error));
    await lab.page.addInitScript(keepKeySessions);
    await lab.page.goto(`${lab.origin}/page`);
    return lab;
  }

  /** Whether the browser has ClearKey. */
  hasClearKey(): Promise<boolean> {
    return this.page.evaluate(hasClearKey);
  }

  play(): Promise<void> {
    return this.page.evaluate(playLicensed, {
      player: this.#player,
      src: `${this.origin}/v/${this.#player === 'hls.js' ? 'i.m3u8' : 'i.mpd'}`,
      licenseUrl: `${this.origin}/license`,
      kid: KEY.id.toString('base64url'),
    });
  }

  /** Returns what a viewer sees of the player, and the errors that an app hears of. */
  look(): Promise<{ time: number; errors: string[] }> {
    return this.page.evaluate(lookAtLicensed);
  }

  /** Lets the player ask for a renewal of its licence. */
  renew(): Promise<void> {
    return this.page.evaluate(askForRenewal);
  }

  /** The statuses of all requests for a licence. */
  get licenses(): number[] {
    return this.requests.filter(({ path }) => path === '/license').map(({ status }) => status);
  }

  /** The tokens of all requests for a licence: `L1`, and so on, in the order in which they were made. */
  get licenseTokens(): unknown[] {
    return this.requests.filter(({ path }) => path === '/license').map(tokenOf);
  }

  override token(url: string): Token {
    if (!url.endsWith('/license')) return super.token(url);
    const value = `L${this.#issued.size + 1}`;
    const expires = Date.now() / 1000 + this.licenseTtl;
    this.#issued.set(value, (this.licenseExpires = expires * 1000));
    return { url, expires, ...(this.#carrier === 'query' ? { query: { lt: value } } : { headers: { 'x-lt': value } }) };
  }

  #offer(): void {
    const files = scripts[this.#player];
    for (const file of files) this.routes[`/${file}`] = () => readFile(root + file);
    this.routes['/page'] = () => ({
      headers: { 'content-type': 'text/html' },
      body: `<!doctype html><link rel=icon href=data:,><video muted></video>
        ${files.map((file) => `<script src="/${file}"></script>`).join('\n')}`,
    });
    this.routes['/v/i.m3u8'] = () => playlist;
    this.routes['/v/i.mpd'] = () => manifest;
    this.routes['/v/init.mp4'] = () => encryptInit(media('init_2.mp4'), KEY, this.#player !== 'hls.js');
    for (let index = 0; index < SEGMENTS; index++)
      this.routes[`/v/${nameOf(index)}`] = () => encryptSegment(media(nameOf(index)), KEY);
    this.routes['/license'] = (url, _, body, headers) => {
      const token = tokenOf({ url: url.href, headers });
      const expires = this.#issued.get(String(token));
      if (expires === undefined) return { status: 403 };
      if (expires + TRANSIT * 1000 < Date.now()) return { status: 410 };
      const { kids } = JSON.parse(body) as { kids: string[] };
      const keys = kids.map((kid) => ({ kty: 'oct', kid, k: KEY.key.toString('base64url') }));
      return JSON.stringify({ keys, type: 'temporary' });
    };
  }
}
