import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { inPart } from '../support/parts.ts';
import type { PlayerOptions, PlayerRequest } from '../support/player.ts';
import type { Stage } from '../support/stage.ts';
import { createStage } from '../support/stage.ts';

// so that requests are spread over the film, and most of them need a token that did not exist when it began
const config = { maxBufferLength: 3, maxMaxBufferLength: 3 };

let stage: Stage;
beforeAll(async () => {
  stage = await createStage({ signer: { ttl: 5 } });
});
afterAll(() => stage.dispose());

/** The files of test/media below `folder`; one of two renditions, whichever the player chose, stands as `*`. */
const filesIn = (folder: string): string[] =>
  readdirSync(new URL(`../media/${folder}`, import.meta.url), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => anyRendition(`${parentPath}/${name}`.replace(/^.*\/media/, '')));
const anyRendition = (path: string): string => path.replace(/\/(hi|lo)\//, '/*/').replace(/init_[01]/, 'init_*');
const unique = (list: string[]): string[] => [...new Set(list)].sort();

/** Plays to the end and asserts what holds for any film. Returns the requests for it. */
async function playThrough(
  folder: string,
  playlist: string,
  rate: number,
  options: Pick<PlayerOptions, 'hls' | 'format' | 'attach'>,
): Promise<PlayerRequest[]> {
  const player = await stage.open('exact', `vod/${folder}/${playlist}`, { config, ...options });
  await player.play(rate);
  const seen = await player.until(({ ended }) => ended);
  expect(await player.page.evaluate(() => window.Hls.version)).toMatch(options.hls ?? '1.7');
  const known = await player.page.evaluate(() =>
    window.hls.levels.flatMap(({ uri, details }) => [
      uri,
      details?.url ?? uri,
      ...(details?.fragments.map(({ url }) => url) ?? []),
    ]),
  );
  await player.close();

  expect(
    known.filter((url) => url.includes('st=')),
    'URLs that hls.js knows stay unsigned',
  ).toEqual([]);
  expect(seen).toMatchObject({ faults: [], rejections: [], pageErrors: [], mediaError: undefined });
  expect(seen.currentTime).toBeCloseTo(20, 0);
  expect(seen.tokens.filter(({ type }) => type !== 'tokenrenewed')).toEqual([]);
  const requests = player.requests.filter(({ url }) => url.origin === stage.cdn);
  for (const { url } of requests) expect(url.search).toMatch(/^\?st=[\w-]{22}&e=\d{10}$/);
  const paths = requests.map(({ url }) => url.pathname.replace('/exact/vod', ''));
  expect(unique(paths.map(anyRendition))).toEqual(unique(filesIn(folder)));
  const asked = requests.map(({ url, range }) => `${url.pathname} ${range}`);
  expect(asked, 'nothing is asked for twice').toEqual([...new Set(asked)]);
  expect(player.requests.length - requests.length, 'calls to the signing endpoint').toBeLessThan(requests.length);
  expect(stage.edge.refusals()).toEqual([]);
  return requests;
}

type Film = [
  content: string,
  folder: string,
  playlist: string,
  options: Pick<PlayerOptions, 'hls' | 'format' | 'attach'>,
];
const films: Film[] = [
  [
    'multivariant playlist, media playlists, TS segments',
    'ts',
    'master.m3u8',
    { format: 'script', attach: 'instance' },
  ],
  [
    'audio, subtitles (WebVTT), init segments, fMP4 segments',
    'fmp4',
    'master.m3u8',
    { format: 'module', attach: 'config' },
  ],
  [
    'a media playlist by itself, AES-128 keys, encrypted segments',
    'aes',
    'i.m3u8',
    { format: 'script', attach: 'config' },
  ],
  ['byte ranges of one file, the init segment among them', 'range', 'i.m3u8', { format: 'module', attach: 'instance' }],
];
const onEarlier: Film[] = [
  ['hls.js 1.6, audio and subtitles', 'fmp4', 'master.m3u8', { hls: '1.6', format: 'script' }],
  ['hls.js 1.6, AES-128', 'aes', 'i.m3u8', { hls: '1.6', format: 'module' }],
  ['hls.js 1.5, audio and subtitles', 'fmp4', 'master.m3u8', { hls: '1.5', format: 'module' }],
  ['hls.js 1.5, AES-128', 'aes', 'i.m3u8', { hls: '1.5', format: 'script' }],
];

describe.concurrent('a film plays to the end with one token a URL, of five seconds each', () => {
  test.each(inPart(films, onEarlier))('%s', async (_, folder, playlist, options) => {
    const requests = await playThrough(folder, playlist, 2, options);
    const ends = requests.map(({ url }) => Number(url.searchParams.get('e')));
    const firstToDie = Math.min(...ends) - stage.signer.transit;
    expect(requests.at(-1)!.at / 1000, 'the last token is not one of the first').toBeGreaterThan(firstToDie + 1);
  });
});

test('nginx, with the same secret, let every one of these requests through', { tags: ['nginx'] }, async () => {
  expect(await stage.nginx!.refusals()).toEqual([]);
  await vi.waitFor(async () => expect(await stage.nginx!.log()).toHaveLength(stage.edge.requests.length), {
    timeout: 60_000,
  });
});
