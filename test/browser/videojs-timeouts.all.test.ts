import type { TestContext } from 'vitest';
import { test, vi } from 'vitest';
import { createOrigins } from '../support/origins.ts';
import type { StageOptions } from '../support/stage.ts';
import { createStage } from '../support/stage.ts';
import type { VideojsOptions, VideojsPage } from '../support/videojs-player.ts';
import { openVideojs } from '../support/videojs-player.ts';

type Kind = 'protected' | 'plain';
const kinds: readonly Kind[] = ['protected', 'plain'];

/** Seconds, of the playlists: with 2 s, which the media have, a busy machine is enough for a time-out. */
const TARGET_DURATION = 6;
/** Milliseconds after which VHS gives up a segment: 1.5 times the target duration. */
const LIMIT = 1500 * TARGET_DURATION;

/** A network on which the first response for each file that `stalls` does not come, or stops after its first bytes. */
async function stageFor(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  stalls: RegExp,
  beginsToAnswer: boolean,
  options: StageOptions = {},
) {
  const others = createOrigins();
  const log: { kind: string; file: string; at: number }[] = [];
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const stage = await createStage({
    ...options,
    origin: async (request) => {
      const [, kind, file] = /^\/(\w+)\/(.*)/.exec(new URL(request.url).pathname) as unknown as [
        string,
        string,
        string,
      ];
      const isFirst = !log.some((entry) => entry.kind === kind && entry.file === file);
      log.push({ kind, file, at: Date.now() });
      const answer = await others(new Request(new URL(`/vod/${file}`, request.url), request));
      const response = file.endsWith('/i.m3u8') ? await withTarget(answer) : answer;
      if (!isFirst || !stalls.test(file)) return response;
      const begin = new Uint8Array(await response.arrayBuffer()).subarray(0, 1000);
      if (!beginsToAnswer) await released;
      const body = new ReadableStream({
        async start(controller) {
          controller.enqueue(begin);
          await released;
          controller.close();
        },
      });
      return new Response(body, { headers: { 'content-type': response.headers.get('content-type')! } });
    },
  });
  onTestFinished(() => {
    release();
    return stage.dispose();
  });
  /** Returns the requests that have got as far as the origin. */
  const asked = (kind: Kind): typeof log => log.filter((entry) => entry.kind === kind);
  return {
    stage,
    asked,
    /** Milliseconds for which a player waited for that file until it asked for the next one. */
    patience(kind: Kind, file: string): number {
      const at = asked(kind).findIndex((entry) => entry.file === file);
      return asked(kind)[at + 1]!.at - asked(kind)[at]!.at;
    },
    /** A player that begins with the better rendition; a plain one is without the plugin. */
    open: (kind: Kind, tokens: VideojsOptions['tokens'] = {}): Promise<VideojsPage> =>
      openVideojs(stage, kind === 'plain' ? 'open' : 'exact', {
        path: `${kind}/ts/master.m3u8`,
        tokens: kind !== 'plain' && tokens,
        options: {
          autoplay: 'muted',
          html5: { vhs: { useNetworkInformationApi: false, limitRenditionByPlayerDimensions: false, bandwidth: 1e7 } },
        },
        before: () => {
          type Hook = (options: { requestType?: string }) => object;
          const { Vhs } = window.videojs as unknown as { Vhs: { xhr: { onRequest(hook: Hook): void } } };
          // VHS has 45 s
          Vhs.xhr.onRequest((request) => ({
            ...request,
            ...(request.requestType === 'hls-playlist' && { timeout: 9000 }),
          }));
        },
      }),
  };
}

/** A media playlist with another target duration. */
const withTarget = async (playlist: Response): Promise<Response> => {
  const text = (await playlist.text()).replace(/(#EXT-X-TARGETDURATION:)\d+/, `$1${TARGET_DURATION}`);
  return new Response(text, { headers: { 'content-type': playlist.headers.get('content-type')! } });
};

/** Returns what VHS has counted, and what Video.js has told, by the end. */
async function reactionOf(player: VideojsPage): Promise<{ stats: Record<string, number> }> {
  const { events, error, pageErrors, logs } = await player.until(({ ended, error: failure }) => ended || !!failure);
  const stats = await player.page.evaluate(() => {
    const { vhs } = window.players[0]!.tech(true) as unknown as { vhs: { stats: Record<string, number> } };
    const { mediaRequestsTimedout, mediaRequestsAborted, mediaRequestsErrored } = vhs.stats;
    return { mediaRequestsTimedout, mediaRequestsAborted, mediaRequestsErrored } as Record<string, number>;
  });
  const said = logs
    .filter((line) => /^VIDEOJS: (WARN|ERROR)/.test(line))
    .map((line) => line.replaceAll(/http\S+\/(protected|plain)\//g, ''));
  return { events, error, pageErrors, said, stats } as { stats: Record<string, number> };
}

const hi = ['ts/master.m3u8', 'ts/hi/i.m3u8'];
const upToS003 = [...hi, 'ts/hi/s000.ts', 'ts/hi/s001.ts', 'ts/hi/s002.ts', 'ts/hi/s003.ts'];

test.concurrent.for([
  ['a segment whose response stops', /hi\/s003\.ts/, true, 1, [...upToS003, 'ts/lo/i.m3u8', 'ts/lo/s003.ts']],
  ['a segment without a response', /hi\/s003\.ts/, false, 1, [...upToS003, 'ts/lo/i.m3u8', 'ts/lo/s003.ts']],
  ['a media playlist', /hi\/i\.m3u8/, false, 0, [...hi, 'ts/lo/i.m3u8', 'ts/lo/s000.ts']],
  ['the multivariant playlist', /master/, false, 0, ['ts/master.m3u8']],
] as const)(
  'VHS gives up %s and does the same as without tokens',
  async ([, stalls, beginsToAnswer, timeouts, files], context) => {
    const { expect } = context;
    const { open, asked } = await stageFor(context, stalls, beginsToAnswer);
    const [ours, theirs] = await Promise.all(kinds.map(async (kind) => reactionOf(await open(kind))));
    expect(ours).toEqual(theirs);
    expect(ours!.stats.mediaRequestsTimedout).toBe(timeouts);
    for (const kind of kinds)
      expect(
        asked(kind)
          .map(({ file }) => file)
          .slice(0, files.length),
      ).toEqual(files);
  },
);

test.concurrent('the time-out of a request does not count while that waits for its token', async (context) => {
  const { expect } = context;
  const { open, stage, asked } = await stageFor(context, /^$/, false);
  const player = await open('protected', { readAhead: 0, timeout: 60 });
  await player.until(({ readyState }) => readyState > 2);
  stage.signer.delay = (LIMIT + 1500) / 1000;
  const { length } = stage.signer.calls;
  await vi.waitFor(() => expect(stage.signer.calls.length).toBeGreaterThan(length), { timeout: 60_000 });
  stage.signer.delay = 0;
  expect(await reactionOf(player)).toMatchObject({
    error: null,
    events: [],
    stats: { mediaRequestsTimedout: 0, mediaRequestsAborted: 0 },
  });
  expect(asked('protected').filter(({ file }) => file.includes('/lo/'))).toEqual([]);
});

test.concurrent('the time-out of a replay counts from the replay on', async (context) => {
  const { expect } = context;
  // what reaches the origin are replays
  const { open, stage, asked, patience } = await stageFor(context, /hi\/s003\.ts/, false, {
    edge: { refuseEvery: 1 },
    nginx: false,
  });
  const player = await open('protected', { readAhead: 0 });
  await player.until(() => asked('protected').some(({ file }) => file === 'ts/hi/s002.ts'));
  stage.signer.delay = LIMIT / 2000;
  await player.until(() => asked('protected').some(({ file }) => file === 'ts/lo/s003.ts'));
  stage.signer.delay = 0;
  expect(await reactionOf(player)).toMatchObject({ error: null, events: [], stats: { mediaRequestsTimedout: 1 } });
  // from the refused request on it would be half of it
  expect(patience('protected', 'ts/hi/s003.ts')).toBeGreaterThan(0.75 * LIMIT);
});
