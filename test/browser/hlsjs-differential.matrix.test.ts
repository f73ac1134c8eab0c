import type { Loader, LoaderContext } from 'hls.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Chapter } from '../support/hls-chapters.ts';
import { TS, chapters, segment, tardy } from '../support/hls-chapters.ts';
import { Labs } from '../support/hls-labs.ts';
import type { HlsTestimony, LoaderName } from '../support/hls-witness.ts';
import { HlsWitness } from '../support/hls-witness.ts';
import { inPart, runsMain } from '../support/parts.ts';
import { kinds } from '../support/witness.ts';

/**
 * Labs in which hls.js alone and hls.js with the plugin go through the same script. The media is open to hls.js alone,
 * and protected for the plugin. No token expires, so whatever a page can see must be the same: the events and all they
 * carry, the requests of the page, the requests that arrive at the server, and the player and the element at the end.
 */
let labs: Labs;
beforeAll(async () => void (labs = await Labs.start()));
afterAll(() => labs.stop());

/** The app's own loader fails the media playlist at once. */
const failingInTheApp: Chapter = {
  configure: (config) => {
    config.loader = class extends config.loader! {
      override load(...[context, policy, callbacks]: Parameters<Loader<LoaderContext>['load']>): void {
        if (!context.url.includes('lo/i.m3u8')) super.load(context, policy, callbacks);
        else
          setTimeout(() => {
            window.witness.tell('network level', 'before the answer', {});
            callbacks.onError({ code: 404, text: 'Not Found' }, context, null, { ...this.stats, loaded: 17 });
            window.witness.tell('network level', 'after the answer', {});
          });
      }
    };
  },
  async script(witness) {
    await witness.load(TS);
    await witness.saw('after the answer');
    await witness.settled();
  },
};

describe.each(inPart<LoaderName>(['XhrLoader'], ['FetchLoader']))('%s', (loader) => {
  let witnesses: HlsWitness[];
  beforeAll(async () => {
    witnesses = await Promise.all(kinds.map((kind) => HlsWitness.open(labs, kind, loader)));
  });
  afterAll(() => Promise.all(witnesses.map(({ lab }) => lab[Symbol.asyncDispose]())));

  /** Returns the testimony of hls.js alone, and then that of each player with the plugin. */
  const observe = async ({ script, ...config }: Chapter): Promise<HlsTestimony[]> => {
    // a player that fails must not leave the others half way
    const seen = await Promise.allSettled(witnesses.map((witness) => witness.observe(script, config)));
    return seen.map((each) => {
      if (each.status === 'rejected') throw each.reason;
      return each.value;
    });
  };

  test.each(Object.entries(chapters))('%s', async (_, chapter) => {
    const [alone, ...others] = await observe(chapter);
    for (const [index, other] of others.entries()) expect(other, kinds[index + 1]).toEqual(alone);
  });

  const order = ({ events }: HlsTestimony): string[] => {
    const types = events['network level']!.map(({ type }) => type);
    return types.slice(types.indexOf('before the answer'), types.indexOf('after the answer') + 1);
  };
  const stats = ({ events }: HlsTestimony): unknown =>
    (events['network level']!.find(({ type }) => type === 'hlsError')!.detail as { stats: unknown }).stats;

  test('hls.js alone tells a failure before its loader goes on, with the statistics that it hands over', async () => {
    const [alone] = await observe(failingInTheApp);
    expect(order(alone!)).toEqual(['before the answer', 'hlsError', 'after the answer']);
    expect(stats(alone!)).toMatchObject({ loaded: 17 });
  });

  test('with the plugin, too, what is no refusal is told before the loader goes on', async () => {
    const [, ...others] = (await observe(failingInTheApp)).map(order);
    for (const other of others) expect(other).toContain('hlsError');
  });

  test('with the plugin, too, a failure is told with the statistics of the loader', async () => {
    const [, ...others] = (await observe(failingInTheApp)).map(stats);
    for (const other of others) expect(other).toMatchObject({ loaded: 17 });
  });

  test('the message of a time-out names the time that was waited', async () => {
    const messages = (seen: HlsTestimony): string[] => JSON.stringify(seen).match(/Timeout after \d+ms/g)!;
    const [alone, ...others] = (await observe(tardy(segment(5)))).map(messages);
    for (const other of others) expect(other).toEqual(alone);
  });
});

if (runsMain)
  describe('secureTokenConfig in Hls.DefaultConfig', () => {
    /** Counts how often hls.js looks for dropped frames in three seconds. */
    const looks = async (form?: 'a script' | 'a module' | 'a module, changed'): Promise<number> => {
      await using lab = await labs.open('1.7', { clock: true });
      await lab.page.evaluate((form) => {
        const { Hls, SecureTokenHls } = window;
        if (form?.startsWith('a module')) Reflect.deleteProperty(window, 'Hls');
        const config = form && SecureTokenHls.secureTokenConfig('/token');
        if (form === 'a module') Hls.DefaultConfig = { ...Hls.DefaultConfig, ...config };
        else Object.assign(Hls.DefaultConfig, config);
        const hls = new Hls({ capLevelOnFPSDrop: true, fpsDroppedMonitoringPeriod: 1000 });
        const video = document.querySelector('video')!;
        let frames = 0;
        video.getVideoPlaybackQuality = () =>
          ({ totalVideoFrames: ++frames, droppedVideoFrames: 0 }) as VideoPlaybackQuality;
        hls.on(Hls.Events.FPS_DROP, () => (document.title += '|'));
        document.title = '';
        hls.attachMedia(video);
      }, form);
      await lab.page.clock.runFor(3500);
      return (await lab.page.title()).length;
    };

    test('hls.js alone looks for dropped frames', async () => {
      expect(await looks()).toBeGreaterThan(0);
    });

    test.each(['a script', 'a module'] as const)('with the plugin, too: hls.js as %s', async (form) => {
      expect(await looks(form)).toBeGreaterThan(0);
    });

    test('written into the object of a module there is none left, and no player is harmed', async () => {
      expect(await looks('a module, changed')).toBe(0);
    });
  });
