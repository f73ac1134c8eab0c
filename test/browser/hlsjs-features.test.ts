import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Lab } from '../support/hls-lab.ts';
import { Labs } from '../support/hls-labs.ts';

let labs: Labs;
beforeAll(async () => void (labs = await Labs.start()));
afterAll(() => labs.stop());

const TS = '/v/ts/master.m3u8';
const WAIT = { timeout: 60_000 };

/** The claims of docs/hlsjs.md that no other test shows. */
describe.concurrent('CMCD v2 in event mode', () => {
  /** Plays three seconds of the film, and returns the reports that the collector was sent, one of a segment among them. */
  async function reportsOf(lab: Lab, way: 'plugin' | 'loader by hand'): Promise<string[]> {
    lab.routes['/cmcd'] = () => ({ status: 204 });
    const seen = await lab.page.evaluate(
      async ({ way, url, collector }) => {
        const { secureToken, createTokenSource } = window.SecureTokenHls;
        const Base = window.Hls.DefaultConfig.loader;
        const source = createTokenSource({ endpoint: '/token', protect: '/' });
        class ByHand extends Base {
          override load(...all: Parameters<InstanceType<typeof Base>['load']>): void {
            void source.sign(all[0].url).then((signed) => {
              all[0].url = signed.url;
              super.load(...all);
            });
          }
        }
        const hls = window.lab.create({
          cmcd: {
            version: 2,
            sessionId: 'session-1',
            contentId: 'film-1',
            eventTargets: [{ url: collector, events: ['rr', 'ps', 't'], interval: 1 }],
          },
          ...(way === 'loader by hand' && { loader: ByHand }),
        });
        if (way === 'plugin') secureToken(hls, source);
        return window.lab.play(hls, url, 3);
      },
      { way, url: TS, collector: `${lab.elsewhere}/cmcd` },
    );
    expect([seen.errors, lab.refused]).toEqual([[], []]);
    const reports = (): string[] =>
      lab.requests
        .filter(({ path, method }) => path === '/cmcd' && method === 'POST')
        .map(({ url, body, headers }) => `${url} ${body} ${JSON.stringify(headers)}`);
    // one comes some time after what it reports
    await vi.waitFor(
      () => expect(reports().some((report) => report.includes('e=rr') && /s00\d\.ts/.test(report))).toBe(true),
      WAIT,
    );
    return reports();
  }

  test('with the plugin the collector gets the URLs of segments, and no token', async () => {
    await using lab = await labs.open('1.7');
    const reports = await reportsOf(lab, 'plugin');
    expect(reports.filter((report) => /TOKEN|[?&]st=|st%3D/.test(report))).toEqual([]);
  });

  test('with a loader that changes the URL of its context the collector gets the token', async () => {
    await using lab = await labs.open('1.7');
    const reports = await reportsOf(lab, 'loader by hand');
    expect(reports.filter((report) => report.includes('TOKEN')).length).toBeGreaterThan(0);
  });
});

describe.concurrent('content steering to a clone on another host (HOST, PARAMS)', () => {
  /** hls.js replaces the name of the host and keeps its port: the lab is `localhost` too. */
  const requestsOfClone = ({ guarded }: Lab): string[] =>
    guarded.filter(({ headers }) => headers.host?.startsWith('localhost')).map(({ url }) => url);

  /** Plays until the clone was asked for a segment. */
  async function steer(lab: Lab, protect?: string[]): Promise<void> {
    const text = readFileSync('test/media/ts/master.m3u8', 'utf8');
    lab.routes['/v/ts/steered.m3u8'] = () =>
      text
        .replace('#EXTM3U', '#EXTM3U\n#EXT-X-CONTENT-STEERING:SERVER-URI="/v/steering.json",PATHWAY-ID="here"')
        .replaceAll('BANDWIDTH', 'PATHWAY-ID="here",BANDWIDTH');
    lab.routes['/v/steering.json'] = () =>
      JSON.stringify({
        VERSION: 1,
        TTL: 1,
        'PATHWAY-CLONES': [
          { 'BASE-ID': 'here', ID: 'there', 'URI-REPLACEMENT': { HOST: 'localhost', PARAMS: { cdn: 'two' } } },
        ],
        'PATHWAY-PRIORITY': ['there', 'here'],
      });
    await lab.page.evaluate((protect) => {
      const hls = window.lab.create({ maxBufferLength: 2, maxMaxBufferLength: 2 });
      window.SecureTokenHls.secureToken(hls, { endpoint: '/token', ...(protect && { protect }) });
      const video = document.querySelector('video')!;
      hls.attachMedia(video);
      hls.loadSource('/v/ts/steered.m3u8');
      void video.play().catch(() => undefined);
    }, protect);
  }

  test('its requests are signed where protect names both hosts, and keep the parameters of the clone', async () => {
    await using lab = await labs.open('1.7');
    const localhost = lab.origin.replace('127.0.0.1', 'localhost');
    await steer(lab, [`${lab.origin}/v/`, `${localhost}/v/`]);
    await vi.waitFor(() => expect(requestsOfClone(lab).some((url) => url.includes('.ts'))).toBe(true), WAIT);
    expect(lab.refused).toEqual([]);
    for (const url of requestsOfClone(lab)) expect(url).toMatch(/\?(?:cdn=two&)?st=TOKEN/);
    expect(requestsOfClone(lab).some((url) => url.includes('.m3u8?cdn=two&st=TOKEN'))).toBe(true);
  });

  test('they are not where protect is left out, and the endpoint does not hear of that host', async () => {
    await using lab = await labs.open('1.7');
    await steer(lab);
    await vi.waitFor(() => expect(requestsOfClone(lab).length).toBeGreaterThan(0), WAIT);
    expect(requestsOfClone(lab).filter((url) => url.includes('TOKEN'))).toEqual([]);
    expect(lab.calls.flatMap(({ urls }) => urls).filter((url) => url.includes('localhost'))).toEqual([]);
  });
});

test('a second CDN in the multivariant playlist takes over with tokens of its own where the first one fails', async () => {
  await using lab = await labs.open('1.7');
  const text = readFileSync('test/media/ts/master.m3u8', 'utf8');
  const variants = text.match(/#EXT-X-STREAM-INF.*\n.+/g)!;
  const on = (host: string): string => variants.map((variant) => variant.replace('\n', `\n${host}/v/ts/`)).join('\n');
  lab.routes['/v/both.m3u8'] = () => `#EXTM3U\n${on(lab.origin)}\n${on(lab.elsewhere)}\n`;
  for (const path of ['lo', 'hi'].flatMap((name) => [2, 3, 4].map((index) => `/v/ts/${name}/s00${index}.ts`)))
    lab.routes[path] = (url) => (url.origin === lab.elsewhere ? lab.file(path) : { status: 500 });
  await lab.page.evaluate(
    async (protect) => {
      // without retries: hls.js changes over at once
      const policy = { ...window.Hls.DefaultConfig.fragLoadPolicy.default, errorRetry: null };
      const hls = window.lab.create({ fragLoadPolicy: { default: policy }, maxBufferLength: 4, maxMaxBufferLength: 4 });
      window.SecureTokenHls.secureToken(hls, { endpoint: '/token', protect });
      await window.lab.play(hls, '/v/both.m3u8', 8);
    },
    [`${lab.origin}/v/`, `${lab.elsewhere}/v/`],
  );
  const segments = lab.requests.filter(({ host, path }) => host === 'elsewhere' && path.endsWith('.ts'));
  expect(segments.length).toBeGreaterThan(0);
  for (const { url } of segments) expect(url).toMatch(/\?st=TOKEN/);
});

test('EXT-X-DEFINE:QUERYPARAM, a token that the playlist writes into its segments: each carries one live token', async () => {
  await using lab = await labs.open('1.7');
  lab.ttl = 3;
  lab.format = 'prefix';
  const text = readFileSync('test/media/ts/lo/i.m3u8', 'utf8');
  lab.routes['/v/ts/lo/defined.m3u8'] = () =>
    text
      .replace(/#EXT-X-VERSION:\d+/, '#EXT-X-VERSION:11\n#EXT-X-DEFINE:QUERYPARAM="st"\n#EXT-X-DEFINE:QUERYPARAM="e"')
      .replaceAll(/^(s\d+\.ts)$/gm, '$1?st={$st}&e={$e}');
  const seen = await lab.page.evaluate(() => {
    const hls = window.lab.create({ maxBufferLength: 2, maxMaxBufferLength: 2 });
    window.SecureTokenHls.secureToken(hls, '/token');
    return window.lab.play(hls, '/v/ts/lo/defined.m3u8', 7);
  });
  expect([seen.errors, lab.refused]).toEqual([[], []]);
  const tokens = lab.guarded.filter(({ path }) => path.endsWith('.ts')).map(({ url }) => url.match(/st=TOKEN\d+x/g));
  expect(tokens.length).toBeGreaterThan(2);
  for (const found of tokens) expect(found).toHaveLength(1);
  expect(new Set(tokens.flat()).size).toBeGreaterThan(1);
});
