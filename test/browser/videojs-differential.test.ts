import { afterAll, beforeAll, expect, test } from 'vitest';
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
const AES = '/v/aes/i.m3u8';
const segment = (index: number, level = 'hi'): string => `/v/ts/${level}/s00${index}.ts`;

interface Chapter extends Partial<VideojsOptions> {
  readonly script: (witness: VideojsWitness) => Promise<void>;
}

/** Returns the testimony of Video.js alone, and then that of each player with the plugin. */
const observe = async ({ script, ...options }: Chapter): Promise<VideojsTestimony[]> => {
  // a player that fails must not leave the others half way
  const seen = await Promise.allSettled(witnesses.map((witness) => witness.observe(script, { path: TS, ...options })));
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
  'media playlist: 404': failing('/v/ts/hi/i.m3u8', { status: 404 }),
  'multivariant playlist: 404': failing(TS, { status: 404 }),
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
  'a segment under way: dispose': interrupted(segment(5), () => window.player.dispose()),
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

const own: Chapter = {
  onHooksReady: (xhr) => xhr.onRequest((options) => ({ ...options, headers: { 'x-app': 'own' }, timeout: 20_000 })),
  script: plays,
};
const silent: Chapter = {
  onHooksReady: (xhr) => xhr.onRequest((options) => void Object.assign(options, { headers: { 'x-app': 'own' } })),
  script: plays,
};
const every: Chapter = {
  everyRequest: (options) => ({
    ...options,
    beforeSend: (xhr: XMLHttpRequest) => xhr.setRequestHeader('x-app', 'every'),
  }),
  script: plays,
};
const silentEvery: Chapter = {
  everyRequest: (options) => void Object.assign(options, { headers: { 'x-app': 'every' } }),
  script: plays,
};
const counting: Chapter = {
  ...own,
  everyRequest: (options) => {
    window.witness.tell('every', 'asked', {});
    return options;
  },
};

test.each<[string, Chapter, string]>([
  ['one of the player that returns its options', own, 'own'],
  ['one of the player that returns nothing', silent, 'own'],
  ['one for all players that returns its options', every, 'every'],
  ['one for all players that returns nothing', silentEvery, 'every'],
  ['one of the player in place of those for all', counting, 'own'],
])('hooks of the app: %s', async (_, chapter, header) => {
  const [alone, ...others] = await observe(chapter);
  expect(alone!.served).toContain(`GET 200 ${header}`);
  for (const other of others) expect(other).toEqual(alone);
});
