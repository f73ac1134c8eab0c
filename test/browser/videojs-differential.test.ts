import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer } from '../support/hls-lab.ts';
import type { VideojsOptions, VideojsTestimony } from '../support/videojs-witness.ts';
import { VideojsWitness } from '../support/videojs-witness.ts';
import { kinds } from '../support/witness.ts';

/**
 * Witnesses that let Video.js alone and Video.js with the plugin go through the same script. The media is open to
 * Video.js alone, and protected for the plugin. No token expires, so whatever a page can see must be the same.
 */
let witnesses: VideojsWitness[];
beforeAll(async () => void (witnesses = await Promise.all(kinds.map((kind) => VideojsWitness.open(kind)))));
afterAll(() => Promise.all(witnesses.map(({ lab }) => lab[Symbol.asyncDispose]())));

const TS = '/v/ts/master.m3u8';
const LO = '/v/ts/lo/i.m3u8';
const AES = '/v/aes/i.m3u8';
const segment = (index: number, level = 'hi'): string => `/v/ts/${level}/s00${index}.ts`;

interface Chapter extends Partial<VideojsOptions> {
  readonly script: (witness: VideojsWitness) => Promise<void>;
}

/** Returns the testimony of Video.js alone, and then that of each player with the plugin. */
const observe = async ({ script, ...options }: Chapter, all = witnesses): Promise<VideojsTestimony[]> => {
  // a player that fails must not leave the others half way
  const seen = await Promise.allSettled(all.map((witness) => witness.observe(script, { path: TS, ...options })));
  return seen.map((each) => {
    if (each.status === 'rejected') throw each.reason;
    return each.value;
  });
};

const seek = (witness: VideojsWitness, seconds: number): Promise<void> =>
  witness.run((to) => void window.player.currentTime(to), seconds);

/** Runs inside the page. */
const takeAnother = (): unknown => window.player.src({ src: '/v/range/i.m3u8', type: 'application/x-mpegURL' });

/**
 * Returns a chapter that plays, and seeks to the middle. `file`, which is needed from the start or there, is not as it
 * should be.
 */
const failing = (file: string, answer: Answer, times?: number, path = TS): Chapter => ({
  path,
  async script(witness) {
    if (times === undefined && file === path) {
      // Video.js forgets an error that comes before its `loadstart`
      witness.hold(file, answer);
      await witness.begin();
      await witness.saw('loadstart');
      await witness.alone(file);
      await witness.release();
    } else {
      witness.answer(file, answer, times);
      await witness.begin();
    }
    await witness.settled();
    await seek(witness, 10.5);
    await witness.settled();
  },
});

/** Returns a chapter in which something happens while a request is under way. */
const interrupted = (file: string, act: () => unknown, path = TS): Chapter => ({
  path,
  async script(witness) {
    if (file.endsWith('m3u8')) witness.hold(file);
    await witness.begin();
    if (!file.endsWith('m3u8')) {
      await witness.settled();
      witness.hold(file);
      await seek(witness, 10.5);
    }
    await witness.arrived(file);
    await witness.run(act);
    // Video.js takes another source in a moment
    await witness.forward(0.1);
    await witness.release();
    await witness.settled();
  },
});

const KEY = '/v/aes/k1.bin';

const chapters: Record<string, Chapter> = {
  'one source, and another one': {
    async script(witness) {
      await witness.begin();
      await witness.settled();
      await seek(witness, 12.5);
      await witness.settled();
      await witness.run(takeAnother);
      await witness.settled();
    },
  },
  keys: failing('/v/none', '', 0, AES),
  'segment: 404': failing(segment(5), { status: 404 }),
  'segment: 500, once': failing(segment(5), { status: 500 }, 1),
  'segment: not media': failing(segment(5), 'This is no segment.', 1),
  'key: 404': {
    path: AES,
    async script(witness) {
      await witness.begin();
      await witness.settled();
      witness.hold(KEY, { status: 404 }, 2);
      await seek(witness, 10.5);
      // the segment is loaded beside it
      await witness.alone(KEY);
      await witness.release();
      await witness.settled();
    },
  },
  'media playlist: 404': failing('/v/ts/hi/i.m3u8', { status: 404 }),
  'media playlist: 500, and no other': failing(LO, { status: 500 }, undefined, LO),
  'media playlist: broken': failing('/v/ts/hi/i.m3u8', 'This is no playlist.'),
  'multivariant playlist: 404': failing(TS, { status: 404 }),
  'multivariant playlist: 500': failing(TS, { status: 500 }),
  'time-out: segment': {
    async script(witness) {
      await witness.begin();
      await witness.settled();
      witness.hold(segment(5));
      await seek(witness, 10.5);
      await witness.outwait(segment(5), 'timeout');
      await witness.release();
      await witness.settled();
    },
  },
  'a segment under way: seek': interrupted(segment(5), () => void window.player.currentTime(15)),
  'a segment under way: another source': interrupted(segment(5), takeAnother),
  'a segment under way: dispose': interrupted(segment(5), () => window.player.dispose()),
  'a media playlist under way: dispose': interrupted('/v/ts/hi/i.m3u8', () => window.player.dispose()),
  'a multivariant playlist under way: another source': interrupted(TS, takeAnother),
};

test.each(Object.entries(chapters))('%s', async (_, chapter) => {
  const [alone, ...others] = await observe(chapter);
  for (const other of others) expect(other).toEqual(alone);
});

const plays: Chapter['script'] = async (witness) => {
  await witness.begin();
  await witness.settled();
};

describe('hooks of the app', () => {
  const changing: Chapter = {
    onHooksReady: (xhr) => xhr.onRequest((options) => ({ ...options, headers: { 'x-app': 'own' }, timeout: 20_000 })),
    script: plays,
  };
  test('one of the player that returns its options', async () => {
    const [alone, ...others] = await observe(changing);
    expect(alone!.served).toContain('GET 200 own');
    for (const other of others) expect(other).toEqual(alone);
  });

  test('one of all players that returns its options', async () => {
    const changingAll: Chapter = {
      everyRequest: (options) => ({
        ...options,
        beforeSend: (xhr: XMLHttpRequest) => xhr.setRequestHeader('x-app', 'every'),
      }),
      script: plays,
    };
    const [alone, ...others] = await observe(changingAll);
    expect(alone!.served).toEqual(['GET 200 every']);
    for (const other of others) expect(other).toEqual(alone);
  });

  const silent: Chapter = {
    onHooksReady: (xhr) => xhr.onRequest((options) => void Object.assign(options, { headers: { 'x-app': 'own' } })),
    script: plays,
  };
  const silentForAll: Chapter = {
    everyRequest: (options) => void Object.assign(options, { headers: { 'x-app': 'every' } }),
    script: plays,
  };
  const counting: Chapter = {
    ...changing,
    everyRequest: (options) => {
      window.witness.tell('every', 'asked', {});
      return options;
    },
  };

  test('Video.js alone: a hook may return nothing, and those of a player stand for those of all', async () => {
    const [changed] = await observe(silent, witnesses.slice(0, 1));
    expect(changed!.served).toContain('GET 200 own');
    const [counted] = await observe(counting, witnesses.slice(0, 1));
    expect(counted!.events.every).toBeUndefined();
  });

  test('one of all players that returns nothing', async () => {
    const [alone, ...others] = await observe(silentForAll);
    expect(alone!.served).toEqual(['GET 200 every']);
    for (const other of others) expect(other).toEqual(alone);
  });

  test('with the plugin, too, a hook of the player may return nothing', async () => {
    const [{ served } = { served: [] }] = await observe(silent, witnesses.slice(1, 2));
    expect(served).toContain('GET 200 own');
  });

  test('with the plugin, too, the hooks of a player stand for those of all', async () => {
    for (const { events } of await observe(counting, witnesses.slice(1))) expect(events.every).toBeUndefined();
  });
});

describe('key systems', () => {
  const protectedSource: Chapter = {
    path: '/v/drm/master.m3u8',
    source: { keySystems: { 'com.widevine.alpha': { url: '/license' } } },
    async script(witness) {
      const [key, format] = ['data:text/plain;base64,AAAA', 'urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed'];
      witness.answer('/v/drm/master.m3u8', '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=8612,CODECS="avc1.4d4015"\ni.m3u8');
      witness.answer(
        '/v/drm/i.m3u8',
        [
          '#EXTM3U',
          '#EXT-X-TARGETDURATION:2',
          `#EXT-X-KEY:METHOD=SAMPLE-AES,URI="${key}",KEYFORMAT="${format}"`,
          '#EXT-X-MAP:URI="/v/fmp4/lo/init_0.mp4"',
          '#EXTINF:2,',
          '/v/fmp4/lo/s000.m4s',
          '#EXT-X-ENDLIST',
        ].join('\n'),
      );
      await plays(witness);
    },
  };
  const typeOf = ({ state }: VideojsTestimony): unknown => JSON.stringify(state.currentSource.keySystems);

  test('Video.js alone tells what VHS has found out', async () => {
    const [alone] = await observe(protectedSource);
    expect(typeOf(alone!)).toContain('videoContentType');
  });

  test('with the plugin, too', async () => {
    const [alone, ...others] = (await observe(protectedSource)).map(typeOf);
    for (const other of others) expect(other).toEqual(alone);
  });
});
